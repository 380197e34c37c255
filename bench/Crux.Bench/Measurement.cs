using System.Text.Json;
using Crux.System.Tests.Lab;

namespace Crux.Bench;

/// <summary>One run of the load program in a measuring verb: its last line, as JSON.</summary>
internal static class Measurement
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public static async Task<JsonElement> RunAsync(FulcrumHost node, string verb, IEnumerable<string> arguments, CancellationToken cancellationToken, IReadOnlyDictionary<string, string>? environment = null)
    {
        var process = node.Host.Start($"measure-{verb}", Programs.Load, [verb, "--socket", node.Socket, .. arguments], environment);
        if (await process.WaitForExitAsync(Limit, cancellationToken) != 0)
            throw new InvalidOperationException($"The measurement broke.\n{process.Story}");
        return JsonDocument.Parse(process.LastLine).RootElement;
    }
}
