namespace Crux.Simulator.Scenarios;

/// <summary>A scenario file that can't be run. The message says where, what is wrong and what would be right.</summary>
public sealed class ScenarioException : Exception
{
    /// <summary>At a line of a file.</summary>
    public ScenarioException(string file, int line, string problem) : base($"{file}:{line}: {problem}") => (File, Line) = (file, line);

    /// <summary>Somewhere.</summary>
    public ScenarioException(string message) : base(message)
    {
    }

    /// <summary>Somewhere.</summary>
    public ScenarioException(string message, Exception inner) : base(message, inner)
    {
    }

    /// <summary>Somewhere.</summary>
    public ScenarioException() : this("The scenario can't be run.")
    {
    }

    /// <summary>The file's name; empty where there is none.</summary>
    public string File { get; } = "";

    /// <summary>The line, from 1; 0 where there is none.</summary>
    public int Line { get; }
}
