namespace Crux.Cli.Json;

/// <summary>What is wrong and what to do, with the exit code.</summary>
internal sealed record ErrorJson(int ExitCode, string Message);
