using System.Diagnostics;
using System.Globalization;
using Crux.Machines.Trust;

namespace Crux.Bench;

/// <summary>What the rules about who may call whom cost: for each call, for each connection, and for each change.</summary>
internal static class RuleCost
{
    private const int Runs = 9;
    private const int Calls = 5_000_000;
    private const int Connections = 200_000;
    private const int Few = 10;
    private const int Many = 10_000;
    private const double PromisedRatio = 1.05;
    private const string Path = "/galumph.v2.Galumph/Register";

    public static Bench Bench { get; } = new(
        "rules",
        "In process, one thread: a call judged on a connection that is known, with 10 rules about the service and with 10,000, taking turns; a caller looked up on a new connection; and one rule added to 10,000, "
            + "from the signed change to the table that judges.",
        _ => Task.FromResult<IReadOnlyList<Row>>(Run()));

    private static List<Row> Run()
    {
        var (few, many) = (Table(Few), Table(Many));
        var judged = new List<(double Few, double Many)>();
        var met = new List<(double Few, double Many)>();
        for (var run = -2; run < Runs; run++)
        {
            var call = (Judge(few), Judge(many));
            var connection = (Meet(few), Meet(many));
            if (run < 0)
                continue;
            judged.Add(call);
            met.Add(connection);
        }
        var changes = Enumerable.Range(0, Runs).Select(_ => Change()).Order().ToList();
        var ratio = judged.Select(pair => pair.Many / pair.Few).Order().ElementAt(Runs / 2);
        return
        [
            new(
                $"a call judged, {Many:N0} rules against {Few}",
                string.Create(CultureInfo.InvariantCulture, $"{ratio:0.00}: {Median(judged.Select(pair => pair.Many)):0.0} ns against {Median(judged.Select(pair => pair.Few)):0.0} ns, median of {Runs} runs in turn"),
                string.Create(CultureInfo.InvariantCulture, $"<= {PromisedRatio:0.00}"),
                ratio <= PromisedRatio),
            Row.OfCount(
                "a caller looked up, once for each connection and change",
                string.Create(CultureInfo.InvariantCulture, $"{Median(met.Select(pair => pair.Many)):0} ns with {Many:N0} rules, {Median(met.Select(pair => pair.Few)):0} ns with {Few}")),
            Row.OfCount(
                $"memory of a set of {Many:N0} rules, as each node holds it",
                string.Create(CultureInfo.InvariantCulture, $"{Memory() / 1e6:0.0} MB")),
            Row.OfCount(
                $"one rule more than {Many:N0}",
                string.Create(CultureInfo.InvariantCulture, $"{changes[Runs / 2]:0.0} ms to change, hash and compile the set, worst {changes[^1]:0.0} ms; {Set(Many).Bytes.Length / 1000:N0} kB in all")),
        ];
    }

    private static RuleSet Set(int rules) => RuleSet.Empty.With(
        [.. Enumerable.Range(0, rules).Select(i => RuleChange.Add(new(TrustEffect.Allow, new("mill", $"caller{i}"), new("mill", "galumph2"), i % 2 == 0 ? ["Register", "Table"] : [])))], out _)!;

    private static RuleTable Table(int rules) => Compile(Set(rules));

    private static RuleTable Compile(RuleSet set) => new(set.ModeOf("mill", "galumph2_3", "galumph2"), set.About("mill", "galumph2_3", "galumph2"));

    private static double Judge(RuleTable table)
    {
        var rules = table.For("mill", "caller4");
        var allowed = 0;
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < Calls; i++)
            allowed += rules.Judge(Path).IsPermitted ? 1 : 0;
        var took = Stopwatch.GetElapsedTime(start);
        return allowed == Calls ? took.TotalNanoseconds / Calls : throw new InvalidOperationException("The call should have been allowed.");
    }

    private static double Meet(RuleTable table)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < Connections; i++)
            _ = table.For("mill", "caller4");
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / Connections;
    }

    private static double Change()
    {
        var before = Set(Many);
        var start = Stopwatch.GetTimestamp();
        _ = Compile(before.With([RuleChange.Add(new(TrustEffect.Deny, new("mill", "evil"), new("mill", "galumph2"), []))], out _)!);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static long Memory()
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var set = Set(Many);
        var after = GC.GetTotalMemory(forceFullCollection: true);
        GC.KeepAlive(set);
        return after - before;
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Runs / 2);
}
