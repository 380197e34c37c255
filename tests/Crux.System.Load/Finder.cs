using System.Diagnostics;
using System.Text.Json;
using Crux.Protos;

namespace Crux.System.Load;

/// <summary>How many look-ups a second one reeve answers over its Unix socket.</summary>
internal static class Finder
{
    public static async Task<int> RunAsync(Arguments arguments, CancellationToken stopping)
    {
        using var channel = LocalNode.Open(arguments.Required("socket"));
        var reeve = new Reeve.ReeveClient(channel);
        var request = new FindRequest { Selector = new Protos.Selector { Api = arguments.Required("selector") } };
        var offers = (await reeve.FindAsync(request, cancellationToken: stopping)).Offers.Count;
        await MeasureAsync(arguments.Number("calls", 1) / 10);
        var rate = await MeasureAsync(arguments.Number("calls", 1));
        Console.Out.Write(JsonSerializer.Serialize(new { perSecond = rate, offers }) + "\n");
        return 0;

        async Task<double> MeasureAsync(int calls)
        {
            var left = calls;
            var start = Stopwatch.GetTimestamp();
            await Task.WhenAll(Enumerable.Range(0, arguments.Number("loops", 1)).Select(async _ =>
            {
                await Task.Yield();
                while (Interlocked.Decrement(ref left) >= 0)
                    await reeve.FindAsync(request, cancellationToken: stopping);
            }));
            return calls / Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
    }
}
