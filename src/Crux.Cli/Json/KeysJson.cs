namespace Crux.Cli.Json;

/// <summary><c>crux key show --json</c> and <c>crux key rotate --json</c>. Generation 0: the flock file's secret alone. Next 0: nothing is on its way.</summary>
internal sealed record KeysJson(
    uint Generation, ulong Epoch, double AgeSeconds, uint Next, uint Holding, uint Needed, IReadOnlyList<string> Missing, string? Refused);
