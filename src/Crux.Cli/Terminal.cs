namespace Crux.Cli;

/// <summary>Where a command writes, and what can be shown there.</summary>
internal sealed record Terminal
{
    /// <summary>The width that people's tables are laid out for where nobody knows better.</summary>
    public const int DefaultWidth = 80;

    /// <summary>The answer, and nothing else.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>What went wrong, and words about the command itself.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Columns of the screen; null where output goes to a file or a pipe, and lines are never broken.</summary>
    public int? Width { get; init; }

    /// <summary>Whether colours are shown.</summary>
    public bool Colours { get; init; }

    /// <summary>Reads an environment variable.</summary>
    public required Func<string, string?> Variable { get; init; }

    /// <summary>The terminal of this process. Colours only on a screen, and not where NO_COLOR is set or TERM is dumb.</summary>
    public static Terminal OfProcess()
    {
        var screen = !Console.IsOutputRedirected;
        return new Terminal
        {
            Out = Console.Out,
            Error = Console.Error,
            Width = screen ? ScreenWidth() : null,
            Colours = screen && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") is not ("dumb" or null),
            Variable = Environment.GetEnvironmentVariable,
        };
    }

    private static int ScreenWidth()
    {
        try
        {
            return Console.WindowWidth > 0 ? Console.WindowWidth : DefaultWidth;
        }
        catch (IOException)
        {
            return DefaultWidth;
        }
    }
}
