using System.CommandLine;

namespace Crux.Daemon.Tour;

/// <summary><c>fulcrum up</c>: a whole flock in one process, and the story of what it does.</summary>
internal static class UpCommand
{
    private const int Interrupt = 2;

    public static Command Create()
    {
        var nodes = new Option<int>("--nodes", "-n")
        {
            Description = $"How many nodes, {UpOptions.FewestNodes} to {UpOptions.MostNodes}. Below {UpOptions.FewestForLosingTheLeader} the loss of the leader is left out.",
            HelpName = "N",
            DefaultValueFactory = _ => 5,
        };
        nodes.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var n) && n is < UpOptions.FewestNodes or > UpOptions.MostNodes)
                result.AddError($"--nodes takes {UpOptions.FewestNodes} to {UpOptions.MostNodes}; for more, run 'fulcrum run' on machines of their own.");
        });
        var keep = new Option<bool>("--keep") { Description = "Stay up after the last act, and print how to use crux against this flock. Ctrl-C ends it." };
        var json = new Option<bool>("--json") { Description = "Print the summary as one JSON object on the last line." };

        var command = new Command(
            "up",
            "Start a flock in this one process, each node on a loopback address of its own, and watch it come to life: nodes find each other, "
            + "a leader is there, a service registers, a client follows it to its next version, the leader is lost, and the calls go on.")
        {
            nodes, keep, json,
        };
        command.SetAction((parsed, cancel) => RunAsync(new UpOptions(parsed.GetValue(nodes), parsed.GetValue(keep), parsed.GetValue(json)), cancel));
        return command;
    }

    private static async Task<int> RunAsync(UpOptions options, CancellationToken cancel)
    {
        var story = new Story();
        try
        {
            await using var tour = new Tour(options, story);
            var summary = await tour.RunAsync(cancel);
            return summary.Ok ? ExitCode.Ok : ExitCode.Broken;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            story.Say("Stopped. Nothing is left behind.");
            return ExitCode.Signalled + Interrupt;
        }
    }
}
