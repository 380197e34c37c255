using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Crux.Cli.Json;
using Crux.Cli.Text;
using Crux.Simulator.Anchors;
using static System.FormattableString;

namespace Crux.Cli.Commands;

/// <summary><c>crux sim anchor</c>: runs a model of what others run, to put a figure beside ours.</summary>
internal static class SimAnchorCommand
{
    private const string Memberlist = "memberlist", Swim = "swim";
    private const int TimelineRows = 20;

    public static Command Create(Terminal terminal, GlobalOptions options)
    {
        var protocol = new Argument<string>("PROTOCOL") { Description = "memberlist (LAN profile), or swim (with Lifeguard, over UDP alone)" };
        protocol.AcceptOnlyFromAmong(Memberlist, Swim);
        var seed = new Option<ulong>("--seed") { Description = "Gives the history: the same seed, the same to the last bit", HelpName = "K", DefaultValueFactory = _ => 1UL };
        var nodes = new Option<int>("--nodes") { Description = "So many machines", HelpName = "N", DefaultValueFactory = _ => 1_000 };
        nodes.Validators.Add(result => Check(result, "--nodes", 2, AnchorOptions.MaxNodes));
        var loss = new Option<double>("--loss") { Description = "So much loss, 0 to 1", HelpName = "P" };
        loss.Validators.Add(result => Check(result, "--loss", 0, 1));
        var crashes = new Option<int>("--crashes") { Description = "So many crash at once, 10 s after the start; all know all before", HelpName = "N" };
        crashes.Validators.Add(result => Check(result, "--crashes", 0, AnchorOptions.MaxNodes));
        var seconds = new Option<int>("--seconds") { Description = "How long it goes on at most, in virtual time", HelpName = "S", DefaultValueFactory = _ => 300 };
        seconds.Validators.Add(result => Check(result, "--seconds", 1, 86_400));
        var known = new Option<bool>("--known") { Description = "All know all at the start; else they join through a seed (swim can't)" };
        var command = new TaughtCommand("anchor", "Runs a model of what others run: memberlist, or SWIM with Lifeguard.")
        {
            Examples =
            [
                ("crux sim anchor memberlist --nodes 2000", "the Rapid paper's bootstrap: 95 s there"),
                ("crux sim anchor swim --loss 0.2 --seconds 120", "how many running members it loses"),
                ("crux sim anchor memberlist --crashes 10 --seconds 60", "how long a crash stays unknown"),
            ],
        };
        foreach (var option in new Option[] { seed, nodes, loss, crashes, seconds, known })
            command.Add(option);
        command.Add(protocol);
        command.SetAction((parsed, token) =>
        {
            var run = new CommandRun(terminal, options, parsed);
            var name = parsed.GetValue(protocol)!;
            var experiment = new AnchorOptions
            {
                Seed = parsed.GetValue(seed),
                Nodes = parsed.GetValue(nodes),
                Protocol = name == Swim ? AnchorProtocol.Swim : AnchorProtocol.Memberlist,
                Network = new() { Loss = parsed.GetValue(loss) },
                Start = name == Swim || parsed.GetValue(known) || parsed.GetValue(crashes) > 0 ? AnchorStart.Known : AnchorStart.ThroughSeed,
                Span = TimeSpan.FromSeconds(parsed.GetValue(seconds)),
                Crashes = parsed.GetValue(crashes),
            };
            return run.GuardAsync(stop => Task.Run(() => Run(run, name, experiment, stop), stop), token);
        });
        return command;
    }

    private static int Run(CommandRun run, string name, AnchorOptions experiment, CancellationToken stop)
    {
        if (experiment.Crashes >= experiment.Nodes)
            throw new Failure(ExitCode.Usage, $"--crashes is {experiment.Crashes} of {experiment.Nodes} nodes; somebody has to be left to notice.");
        var wall = Stopwatch.StartNew();
        var report = AnchorSimulation.Run(experiment, stop);
        run.Answer(() => Json(name, experiment, report, wall.Elapsed), terminal => Write(terminal, name, experiment, report, wall.Elapsed));
        return ExitCode.Ok;
    }

    private static SimAnchorJson Json(string name, AnchorOptions experiment, AnchorReport it, TimeSpan wall) => new(
        name, it.Seed, it.Nodes, experiment.Network.Loss, Hash(it.Trace), Known(it.SecondsToFullView), it.DistinctSizes, it.RefusedExchanges, it.FalseSuspicions,
        it.FalseDeclarations, it.FalseRemovals, it.NodesWronged, Known(it.SecondsToSuspicion), Known(it.SecondsToDeclaration), Known(it.SecondsToKnown), it.BytesMedian,
        it.BytesP99, it.BytesMost, it.PacketsMedian, it.Events, Math.Round(wall.TotalSeconds, 3),
        [.. it.Timeline.Select(moment => new SimAnchorMomentJson(moment.Second, moment.Least, moment.Median, moment.Most, moment.Full))]);

    private static void Write(Terminal terminal, string name, AnchorOptions experiment, AnchorReport it, TimeSpan wall)
    {
        var output = terminal.Out;
        output.WriteLine(Invariant($"{name}, seed {it.Seed}, {it.Nodes:N0} nodes, {experiment.Network.Loss:P0} loss: trace {Hash(it.Trace)}"));
        output.WriteLine();
        var table = new TextTable("SECOND", "LEAST SEEN", "MEDIAN", "MOST", "NODES WITH ALL");
        foreach (var moment in it.Timeline.Where((_, index) => index % Math.Max(1, it.Timeline.Count / TimelineRows) == 0))
            table.Add(Invariant($"{moment.Second}"), Invariant($"{moment.Least:N0}"), Invariant($"{moment.Median:N0}"), Invariant($"{moment.Most:N0}"), Invariant($"{moment.Full:N0}"));
        table.Write(terminal);
        output.WriteLine();
        var figures = new TextTable("WHAT", "RESULT");
        if (experiment.Start == AnchorStart.ThroughSeed)
            figures.Add("full view after the group's start", Seconds(it.SecondsToFullView));
        figures.Add("distinct sizes reported", Invariant($"{it.DistinctSizes:N0}"));
        figures.Add("running members lost by a view", Invariant($"{it.FalseRemovals:N0} times, {it.NodesWronged:N0} members ({it.FalseDeclarations:N0} declared, {it.FalseSuspicions:N0} suspected)"));
        if (experiment.Crashes > 0)
            figures.Add("a crash declared, known to all", $"{Seconds(it.SecondsToDeclaration)}, {Seconds(it.SecondsToKnown)}");
        figures.Add("a node sent, with headers", Invariant($"{it.BytesMedian:N0} B median, {it.BytesP99:N0} p99, {it.BytesMost:N0} most; {it.PacketsMedian:N0} packets"));
        figures.Add("simulated", Invariant($"{it.Events:N0} events in {wall.TotalSeconds:0.0} s"));
        figures.Write(terminal);
    }

    private static void Check(System.CommandLine.Parsing.OptionResult result, string name, double least, double most)
    {
        if (result.Tokens is [var token] && double.TryParse(token.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var given) && !(given >= least && given <= most))
            result.AddError(Invariant($"{name} is {token.Value}; it may be {least} to {most}."));
    }

    private static string Hash(ulong trace) => trace.ToString("x16", CultureInfo.InvariantCulture);

    private static double? Known(double seconds) => seconds < 0 ? null : Math.Round(seconds, 3);

    private static string Seconds(double seconds) => seconds < 0 ? "not in this time" : Invariant($"{seconds:0.0} s");
}
