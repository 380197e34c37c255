using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Crux.Protos;
using Google.Protobuf;

namespace Crux.System.Load;

/// <summary>
/// Attacks the two doors of another machine: a service's, and the port where nodes talk to each other. As one who stands outside, as a
/// process of a member, and with a member's own key.
/// </summary>
internal static class Attack
{
    private const int Loops = 16;

    public static async Task<int> RunAsync(Arguments arguments, CancellationToken stopping)
    {
        var pace = new CpuPace(arguments.Number("cpu-percent", 0));
        using var node = LocalNode.Open(arguments.Required("socket"));
        var entry = (await new Reeve.ReeveClient(node).FindAsync(
            new FindRequest { Selector = new Protos.Selector { Api = arguments.Required("selector") } }, cancellationToken: stopping)).Offers[0].Entry;
        var service = new HostileDoor(IPEndPoint.Parse(entry.Address));
        var peers = new HostileDoor(IPEndPoint.Parse(arguments.Required("peers")));

        var elsewhere = await HostileKeys.SignedAsync(node, ByteString.CopyFrom(SHA256.HashData("elsewhere"u8)), stopping);
        var revoked = await HostileKeys.SignedAsync(node, entry.KeyHash, stopping);
        await new KeyTurns.KeyTurnsClient(node).TurnAsync(new TurnKeysRequest { Service = HostileKeys.Name, AtOnce = true }, cancellationToken: stopping);
        var right = await HostileKeys.SignedAsync(node, entry.KeyHash, stopping);
        // The first with a new key is what tells the endpoint that the one before was taken back.
        var isRightLetIn = await service.ShowAsync(right, stopping);

        var (bare, stranger) = (HostileKeys.Bare(), HostileKeys.OfStranger(entry.KeyHash));
        (string Name, Func<CancellationToken, Task<bool>> TryAsync)[] ways =
        [
            ("service: no key", token => service.ShowAsync(null, token)),
            ("service: wrong key", token => service.ShowAsync(bare, token)),
            ("service: a stranger's word", token => service.ShowAsync(stranger, token)),
            ("service: a key taken back", token => service.ShowAsync(revoked, token)),
            ("service: right key, wrong service", token => service.ShowAsync(elsewhere, token)),
            ("service: begun and dropped", service.BeginAsync),
            ("service: oversized", service.FloodAsync),
            ("peers: no key", token => peers.ShowAsync(null, token)),
            ("peers: wrong key", token => peers.ShowAsync(bare, token)),
            ("peers: a process's key", token => peers.ShowAsync(right, token)),
            ("peers: begun and dropped", peers.BeginAsync),
            ("peers: oversized", peers.FloodAsync),
        ];
        var tried = new long[ways.Length];
        var admitted = new long[ways.Length];
        var wanted = arguments.Number("handshakes", 20_000);
        var begun = 0;
        using var handshakesEnough = Enough(arguments, "handshake-seconds");
        var drips = Task.WhenAll(Enumerable.Range(0, 32).Select(i => (i % 2 == 0 ? service : peers).DripAsync(stopping)));
        await Task.WhenAll(Enumerable.Range(0, Loops).Select(async _ =>
        {
            await Task.Yield();
            for (int attempt; (attempt = Interlocked.Increment(ref begun) - 1) < wanted && !stopping.IsCancellationRequested && !handshakesEnough.IsCancellationRequested;)
            {
                var way = attempt % ways.Length;
                if (await TryAsync(ways[way].TryAsync, stopping))
                    Interlocked.Increment(ref admitted[way]);
                Interlocked.Increment(ref tried[way]);
                await pace.KeepAsync(stopping);
            }
        }));
        var kept = (await drips).Count(it => it);
        Console.Out.Write(JsonSerializer.Serialize(new { handshakesOverAt = Stopwatch.GetTimestamp() }) + "\n");

        var frames = arguments.Number("frames", 1_000_000);
        var toService = new HostileFrames(service, right, "/galumph.v2.Galumph/Register");
        var toPeers = new HostileFrames(peers, HostileKeys.OfNode(arguments.Required("node-key")), "/crux.v1.Steward/Attend");
        using var framesEnough = Enough(arguments, "frame-seconds");
        await Task.WhenAll(toService.RunAsync(frames / 2, pace, stopping, framesEnough.Token), toPeers.RunAsync(frames / 2, pace, stopping, framesEnough.Token));
        Console.Out.Write(JsonSerializer.Serialize(new
        {
            isRightLetIn,
            handshakes = tried.Sum() + 32,
            admitted = admitted.Sum() + kept,
            ways = ways.Select((way, i) => new { way.Name, Tried = tried[i], Admitted = admitted[i] }),
            frames = toService.Sent + toPeers.Sent,
            ended = toService.Ended + toPeers.Ended,
            openedAtService = toService.Opened,
            openedAtPeers = toPeers.Opened,
            cpuSeconds = Environment.CpuUsage.TotalTime.TotalSeconds,
        }) + "\n");
        return 0;
    }

    // A machine with other work may not get through in the time that there is: then the result says how far it came.
    private static CancellationTokenSource Enough(Arguments arguments, string key) =>
        arguments.Number(key, 0) is var seconds and > 0 ? new(TimeSpan.FromSeconds(seconds)) : new();

    private static async Task<bool> TryAsync(Func<CancellationToken, Task<bool>> way, CancellationToken stopping)
    {
        try
        {
            return await way(stopping);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            // Neither in nor out for longer than a server may keep anybody.
            return true;
        }
    }
}
