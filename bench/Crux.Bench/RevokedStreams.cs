using static System.FormattableString;

namespace Crux.Bench;

/// <summary>How long live streams go on after their node has learned that they may not: a rule, a key, a node.</summary>
internal static class RevokedStreams
{
    private const int Rounds = 100;

    /// <summary>Processes in which each of the three comes first: so many first times that one is no accident.</summary>
    private const int FirstOfEach = 4;

    private static readonly TimeSpan Promised = TimeSpan.FromMilliseconds(50);

    /// <summary>A process rehearses 10 s after its node's first answer; so many at once are not done with it at once.</summary>
    private static readonly TimeSpan UntilRehearsed = TimeSpan.FromSeconds(25);

    public static Bench Bench { get; } = new(
        "revoke-streams",
        Invariant($"A process with a service and a caller, the caller on another node, {StreamsProcess.Streams} streams open; what is revoked is put up where the daemon's parts read it, which is the moment when the node has learned it, and the time runs ")
        + Invariant($"until the caller has seen the last of its streams end. The first time in {FirstOfEach} fresh processes for each of the three, {UntilRehearsed.TotalSeconds:0} s old, and then {Rounds} times each in one of them."),
        RunAsync);

    private static async Task<IReadOnlyList<Row>> RunAsync(CancellationToken cancellationToken)
    {
        var processes = new List<StreamsProcess>();
        var rows = new List<Row>();
        try
        {
            for (var i = 0; i < FirstOfEach * 3; i++)
                processes.Add(await StreamsProcess.StartAsync(cancellationToken));
            await Task.Delay(UntilRehearsed, cancellationToken);
            var firsts = new List<(Revocable What, TimeSpan Took)>();
            foreach (var (i, process) in processes.Index())
                firsts.Add(((Revocable)(i % 3), await process.RevokeAsync((Revocable)(i % 3), cancellationToken)));
            rows.AddRange(firsts.GroupBy(first => first.What, first => first.Took).Select(group => ToRow($"the first in a process, {Words(group.Key)}", [.. group])));
            foreach (var what in Enum.GetValues<Revocable>())
            {
                var times = new List<TimeSpan>();
                for (var round = 0; round < Rounds; round++)
                    times.Add(await processes[0].RevokeAsync(what, cancellationToken));
                rows.Add(ToRow($"later ones, {Words(what)}", times));
            }
            return rows;
        }
        finally
        {
            foreach (var process in processes)
                await process.DisposeAsync();
        }
    }

    private static Row ToRow(string what, List<TimeSpan> times)
    {
        times.Sort();
        return new(
            $"streams ended after their node learned of it: {what}",
            Invariant($"{times[^1] / Promised:0.00} of the limit: worst {times[^1].TotalMilliseconds:0.0} ms, the one before {times[^2].TotalMilliseconds:0.0}, median {times[times.Count / 2].TotalMilliseconds:0.0}; {times.Count} times {StreamsProcess.Streams} streams"),
            Invariant($"<= {Promised.TotalMilliseconds:0} ms"),
            times[^1] <= Promised);
    }

    private static string Words(Revocable what) => what switch { Revocable.Rule => "a rule", Revocable.Key => "a key", _ => "a node" };
}
