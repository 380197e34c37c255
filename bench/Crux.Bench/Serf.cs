using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Crux.System.Tests.Lab;
using static System.FormattableString;

namespace Crux.Bench;

/// <summary>Fulcrums beside as many Serf agents, sixty unless told otherwise: the same hosts, the same wires, the same loss, one after another in one run.</summary>
internal static class Serf
{
    private const int LossPercent = 20;

    /// <summary>One start says little: whether a rumour misses somebody, whom an exchange of states finds a minute later, is chance.</summary>
    private const int Starts = 3;

    /// <summary>Fewer hosts than the lab has room for, to look at something quickly on a busy machine.</summary>
    private const string HostsVariable = "CRUX_SERF_HOSTS";

    /// <summary>Two are killed, a third is left to see it, and the seed is not among them.</summary>
    private const int FewestHosts = 4;

    private static readonly string AskedHosts = Environment.GetEnvironmentVariable(HostsVariable) is { Length: > 0 } asked
        ? asked
        : NetLab.HostLimit.ToString(CultureInfo.InvariantCulture);

    public static Bench Bench { get; } = new(
        "serf",
        $"{AskedHosts} agents in {AskedHosts} namespaces" + " on one bridge, Serf (LAN profile, encrypted, one seed that is up first) and then fulcrum (no seed), first with a whole network, then with 20 % of arriving UDP dropped by nftables. Starts are paced: as many at once as there are cores. Both are watched by their logs, read every 50 ms. Full view: from the moment when the last one's ports are open (UDP and TCP) until each has told of all others; the median of three starts; within 90 s, or it counts as never. At rest: interface counters over 60 s, headers and ARP included. kill -9: two, one after another, until all survivors have told of it; the mean.",
        RunAsync);

    private static async Task<IReadOnlyList<Row>> RunAsync(CancellationToken cancellationToken)
    {
        var version = await VersionAsync(cancellationToken);
        using var neighbours = new NeighbourLimits();
        var (rows, notes) = (new List<Row>(), new List<Row>());
        foreach (var loss in (int[])[0, LossPercent])
        {
            var serf = await PlayAsync(AgentKinds.Serf, loss, cancellationToken);
            var ours = await PlayAsync(AgentKinds.Fulcrum, loss, cancellationToken);
            rows.AddRange(Compare(loss, ours, serf));
            notes.AddRange(Note(loss, ours, serf));
        }
        return [.. rows, .. notes, Row.OfCount("serf", version)];
    }

    private static async Task<ContestResult> PlayAsync(AgentKind kind, int loss, CancellationToken cancellationToken)
    {
        var result = await Contest.RunAsync(kind, ReadHosts(), loss, Starts, cancellationToken);
        Console.WriteLine(Invariant($"    {kind.Name}, {loss} %: {result} ({string.Join(", ", result.Deaths)})"));
        return result;
    }

    private static int ReadHosts() =>
        int.TryParse(AskedHosts, NumberStyles.None, CultureInfo.InvariantCulture, out var hosts) && hosts is >= FewestHosts and <= NetLab.HostLimit
            ? hosts
            : throw new InvalidOperationException($"{HostsVariable} is {AskedHosts}; it may be {FewestHosts} to {NetLab.HostLimit}.");

    private static IEnumerable<Row> Compare(int loss, ContestResult ours, ContestResult serf)
    {
        var lossy = loss > 0;
        yield return OfTimes($"{loss} % loss: full view", ours.FullView, serf.FullView, lossy ? 0.1 : 1.0);
        yield return OfRatio($"{loss} % loss: bytes out per node at rest", ours.BytesPerSecond, serf.BytesPerSecond, "B/s", lossy ? 0.6 : 0.95);
        yield return OfTimes($"{loss} % loss: kill -9 known to all", ours.Death, serf.Death, lossy ? 0.5 : 0.4);
        yield return new($"{loss} % loss: running members ever lost", Invariant($"fulcrum {ours.Lost}, serf {serf.Lost} (times that one said so of another)"), "0", ours.Lost == 0);
    }

    private static IEnumerable<Row> Note(int loss, ContestResult ours, ContestResult serf)
    {
        yield return Row.OfCount($"{loss} % loss: full views, in seconds", $"fulcrum {All(ours.FullViews)}; serf {All(serf.FullViews)}");
        yield return Row.OfCount($"{loss} % loss: packets out per node at rest", Invariant($"{ours.PacketsPerSecond / serf.PacketsPerSecond:0.00}x: fulcrum {ours.PacketsPerSecond:0.0}/s, serf {serf.PacketsPerSecond:0.0}/s"));
        yield return Row.OfCount($"{loss} % loss: CPU of each at rest", Invariant($"fulcrum {ours.Cpu:P1} of a core, serf {serf.Cpu:P1}"));
        yield return Row.OfCount($"{loss} % loss: from the first start to the last open port", Invariant($"fulcrum {ours.Listening.TotalSeconds:0.0} s, serf {serf.Listening.TotalSeconds:0.0} s"));
    }

    private static Row OfTimes(string what, TimeSpan ours, TimeSpan serf, double limit) => (ours == TimeSpan.MaxValue, serf == TimeSpan.MaxValue) switch
    {
        (true, _) => new(what, $"fulcrum not within the limit, serf {(serf == TimeSpan.MaxValue ? "neither" : Invariant($"{serf.TotalSeconds:0.00} s"))}", Invariant($"<= {limit}x"), false),
        (_, true) => new(what, Invariant($"fulcrum {ours.TotalSeconds:0.00} s, serf not within the limit"), Invariant($"<= {limit}x"), true),
        _ => OfRatio(what, ours.TotalSeconds, serf.TotalSeconds, "s", limit),
    };

    private static string All(IEnumerable<TimeSpan> times) => string.Join(", ", times.Select(it => it == TimeSpan.MaxValue ? "never" : Invariant($"{it.TotalSeconds:0.00}")));

    private static Row OfRatio(string what, double ours, double serf, string unit, double limit) =>
        new(what, Invariant($"{ours / serf:0.00}x: fulcrum {ours:#,0.0#} {unit}, serf {serf:#,0.0#} {unit}"), Invariant($"<= {limit}x"), ours <= limit * serf);

    private static async Task<string> VersionAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var serf = Process.Start(new ProcessStartInfo("serf", "version") { RedirectStandardOutput = true })!;
            return (await serf.StandardOutput.ReadToEndAsync(cancellationToken)).ReplaceLineEndings("; ").TrimEnd(' ', ';');
        }
        catch (Win32Exception)
        {
            throw new InvalidOperationException("'serf' is missing: apt-get install serf nftables");
        }
    }
}
