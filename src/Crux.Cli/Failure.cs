namespace Crux.Cli;

/// <summary>Why a command could not be done. The message says what is wrong and what to do next.</summary>
internal sealed class Failure(int exitCode, string message) : Exception(message)
{
    /// <summary>One of <see cref="Cli.ExitCode"/>.</summary>
    public int ExitCode { get; } = exitCode;
}
