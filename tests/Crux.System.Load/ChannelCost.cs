using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using Crux.Client;
using Crux.Protos;
using Crux.Protos.Samples;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace Crux.System.Load;

/// <summary>
/// What a channel by selector costs beyond a direct one to the same instance with the same pins: making it and getting the first
/// answer, and each call afterwards. The two take turns, so that a noisy machine is noisy for both.
/// </summary>
internal static class ChannelCost
{
    private const int WarmUps = 5;

    public static async Task<int> RunAsync(Arguments arguments, CancellationToken stopping)
    {
        var socket = arguments.Required("socket");
        var selector = arguments.Required("selector");
        using var node = LocalNode.Open(socket);
        var reeve = new Reeve.ReeveClient(node);
        var entry = (await reeve.FindAsync(new FindRequest { Selector = new Protos.Selector { Api = selector } }, cancellationToken: stopping)).Offers[0].Entry;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var enrolled = await reeve.EnrollAsync(
            new EnrollRequest { Service = "direct", PublicKey = ByteString.CopyFrom(key.ExportSubjectPublicKeyInfo()), Destination = entry.KeyHash }, cancellationToken: stopping);
        using var certificate = PinnedCertificate.Create(key, "direct", enrolled.Statement.ToByteArray());
        var pin = entry.KeyHash.ToByteArray();

        // Held for the whole run, as an application that has other channels holds it: the process's key and its link to the reeve.
        await using var held = BySelector();
        await new Galumph.GalumphClient(held).TableAsync(new TableRequest(), cancellationToken: stopping);
        using var direct = Direct();

        var opened = new List<(double BySelector, double Direct)>();
        for (var run = -WarmUps; run < arguments.Number("channels", 40); run++)
        {
            var start = Stopwatch.GetTimestamp();
            await using (var channel = BySelector())
                await CallAsync(channel);
            var bySelector = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            start = Stopwatch.GetTimestamp();
            using (var channel = Direct())
                await CallAsync(channel);
            if (run >= 0)
                opened.Add((bySelector, Stopwatch.GetElapsedTime(start).TotalMilliseconds));
        }
        var called = new List<(double BySelector, double Direct)>();
        for (var run = -1000; run < arguments.Number("calls", 5000); run++)
        {
            var start = Stopwatch.GetTimestamp();
            await CallAsync(held);
            var bySelector = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            start = Stopwatch.GetTimestamp();
            await CallAsync(direct);
            if (run >= 0)
                called.Add((bySelector, Stopwatch.GetElapsedTime(start).TotalMilliseconds));
        }
        Console.Out.Write(JsonSerializer.Serialize(new
        {
            openBySelectorMs = Median(opened.Select(it => it.BySelector)),
            openDirectMs = Median(opened.Select(it => it.Direct)),
            callBySelectorMs = Median(called.Select(it => it.BySelector)),
            callDirectMs = Median(called.Select(it => it.Direct)),
        }) + "\n");
        return 0;

        CruxChannel BySelector() => CruxChannel.For(selector, options => options.Socket = socket);

        GrpcChannel Direct() => GrpcChannel.ForAddress($"https://{entry.Address}", new GrpcChannelOptions
        {
            DisposeHttpClient = true,
            HttpHandler = new SocketsHttpHandler
            {
                SslOptions = PinnedCertificate.ClientOptions(certificate, shown => PinnedCertificate.PinOf(shown).AsSpan().SequenceEqual(pin)),
            },
        });

        async Task CallAsync(ChannelBase channel) => await new Galumph.GalumphClient(channel).TableAsync(new TableRequest(), cancellationToken: stopping);
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
