using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Crux.Client.Tests;
using Crux.Machines.Registry;
using Crux.Services.Tests;
using Crux.System.Tests.Lab;
using static System.FormattableString;

namespace Crux.Bench;

/// <summary>How long live streams go on after their node has learned that they may not: a rule, a key, a node.</summary>
internal static class RevokedStreams
{
    private const int Rounds = 100;
    private const int Streams = 8;
    private static readonly TimeSpan Promised = TimeSpan.FromMilliseconds(50);

    public static Bench Bench { get; } = new(
        "revoke-streams",
        "A process with a service and a caller, the caller on another node, 8 streams open; what is revoked is put up where the daemon's parts read it, which is the moment when the node has learned it, and the time runs "
        + "until the caller has seen the last of its streams end. 100 times each, of which the first is cold code.",
        RunAsync);

    private static async Task<IReadOnlyList<Row>> RunAsync(CancellationToken cancellationToken)
    {
        using var rules = new SignedBoard();
        var keys = Enumerable.Range(0, 2).Select(_ => ECDsa.Create(ECCurve.NamedCurves.nistP256)).ToList();
        Member[] members = [Members.Of("here", keys[0], 0x7F000001), Members.Of("there", keys[1], 0x7F000002)];
        await using var here = new BoardNode("here", keys[0], 0x7F000001, members, rules.Board);
        await using var there = new BoardNode("there", keys[1], 0x7F000002, members, rules.Board);
        await here.StartAsync(cancellationToken);
        await there.StartAsync(cancellationToken);
        // What the operator's own side does is none of what is measured: not for the first time either.
        rules.Add("deny nobody other1");
        rules.Ban(new NodeId(1, 1), "nobody");
        using var process = Process.Start(new ProcessStartInfo(
            Programs.Load, ["streams", "--socket", here.Socket, "--caller-socket", there.Socket, "--streams", Streams.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
        })!;
        try
        {
            var selector = Selector.Parse("galumph2");
            ReeveAnswer listed;
            do
                listed = await here.Reeve.FindAsync(selector, cancellationToken);
            while (listed.Ranked.Offered.IsEmpty && !process.HasExited);
            await there.ListAsync(listed.Ranked.Offered[0].Entry, cancellationToken);
            return
            [
                await MeasureAsync(process, "a rule", () => rules.Add("deny web galumph2"), () => rules.Drop("deny web galumph2"), cancellationToken),
                // Its process takes a new one by itself.
                await MeasureAsync(process, "one key", () => rules.Ban(there.Self.Id, "web"), () => { }, cancellationToken),
                await MeasureAsync(
                    process, "a node", () => here.View.Change(view => view with { Members = [members[0]] }), () => here.View.Change(view => view with { Members = [.. members] }), cancellationToken),
            ];
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static async Task<Row> MeasureAsync(Process process, string what, Action revoke, Action restore, CancellationToken cancellationToken)
    {
        var times = new List<TimeSpan>();
        for (var round = 0; round < Rounds; round++)
        {
            await ReadAsync(process, "open", cancellationToken);
            var begin = Stopwatch.GetTimestamp();
            revoke();
            times.Add(Stopwatch.GetElapsedTime(begin, await ReadAsync(process, "ended", cancellationToken)));
            restore();
        }
        var first = times[0];
        times.Sort();
        return new(
            $"streams ended after the node learned that {what} was revoked",
            Invariant($"{times[^1] / Promised:0.00} of the limit: worst {times[^1].TotalMilliseconds:0.0} ms, p99 {times[^2].TotalMilliseconds:0.0}, median {times[Rounds / 2].TotalMilliseconds:0.0}, the first {first.TotalMilliseconds:0.0}; {Rounds} times {Streams} streams"),
            Invariant($"<= {Promised.TotalMilliseconds:0} ms"),
            times[^1] <= Promised);
    }

    // The clock is one for all processes of a machine.
    private static async Task<long> ReadAsync(Process process, string word, CancellationToken cancellationToken)
    {
        var line = await process.StandardOutput.ReadLineAsync(cancellationToken) ?? throw new InvalidOperationException("The process with the streams ended.");
        return line.Split(' ') is [var said, var at] && said == word ? long.Parse(at, CultureInfo.InvariantCulture) : throw new InvalidOperationException($"'{line}' instead of '{word}'.");
    }
}
