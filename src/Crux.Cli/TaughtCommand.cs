using System.CommandLine;

namespace Crux.Cli;

/// <summary>A command whose help ends in examples: a command line, and what it is for.</summary>
internal class TaughtCommand(string name, string description) : Command(name, description)
{
    /// <summary>Shown under the help.</summary>
    public IReadOnlyList<(string Line, string Purpose)> Examples { get; init; } = [];
}
