using System.Globalization;
using Crux.Protos;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crux.Daemon.Tour;

/// <summary>
/// The acts, in order. Each waits for what it promises, by condition, up to a limit; the first that does not come true ends
/// the tour with a sentence.
/// </summary>
internal sealed class Tour(UpOptions options, Story story) : IAsyncDisposable
{
    private const string First = "galumph2_3";
    private const string Second = "galumph2_4";

    // Far beyond what any act takes on a slow machine: it separates slow from stuck.
    private static readonly TimeSpan ActLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(5);

    // How much calling is enough to say that calls go on.
    private const int CallsPerAct = 500;

    private readonly TourSummary _summary = new() { Nodes = options.Nodes };
    private Callers? _callers;

    public async Task<TourSummary> RunAsync(CancellationToken cancel)
    {
        story.Title($"A flock of {options.Nodes} on this machine: one secret, and nothing else given.");
        await using var flock = TourFlock.Create();
        try
        {
            await PlayAsync(flock, cancel);
        }
        catch (TourBrokeException problem)
        {
            _summary.Problem = problem.Message;
            story.Broke(problem.Message);
        }
        finally
        {
            // Before the flock goes: what the calls find after the end is no part of the story.
            if (_callers is not null)
                await _callers.StopAsync();
        }
        _summary.Seconds = story.Elapsed.TotalSeconds;
        story.Table(_summary.ToTable());
        var keep = options.Keep && _summary.Ok;
        if (keep)
            TellHowToUse(flock);
        if (options.Json)
            story.Raw(_summary.ToJson());
        if (keep)
            await Task.Delay(Timeout.Infinite, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return _summary;
    }

    public async ValueTask DisposeAsync()
    {
        if (_callers is not null)
            await _callers.DisposeAsync();
    }

    private async Task PlayAsync(TourFlock flock, CancellationToken cancel)
    {
        await ActAsync("power on", "Power on", () => PowerOnAsync(flock, cancel));
        await ActAsync("register", $"{First} registers", () => RegisterAsync(flock, cancel));
        await ActAsync("call", "A client calls by name", () => CallAsync(flock, cancel));
        await ActAsync("update", $"{Second} starts", () => UpdateAsync(flock, cancel));
        if (options.LosesLeader)
        {
            await ActAsync("lose the leader", "The leader's machine dies", () => LoseLeaderAsync(flock, cancel));
        }
        else
        {
            _summary.LeftOut.Add("lose the leader");
            story.Act("Left out: the loss of the leader");
            story.Say($"It needs {UpOptions.FewestForLosingTheLeader} nodes; this flock has {options.Nodes}.");
        }
    }

    private async Task PowerOnAsync(TourFlock flock, CancellationToken cancel)
    {
        story.Say($"Flock file and operator key made in {flock.Directory} (mode 0600)");
        story.Say($"Each node probes {flock.Range}: no seed list, no DNS, no CA");
        var started = flock.StartAsync(options.Nodes, NullLoggerFactory.Instance, cancel);
        var seen = 0;
        await UntilAsync("every node sees all the others", () =>
        {
            if (started.IsFaulted)
                started.GetAwaiter().GetResult();
            var most = flock.Nodes.Count < options.Nodes ? 0 : flock.Up.Max(node => node.View?.Members.Length ?? 0);
            if (most > Math.Max(seen, 1))
                story.Say($"{seen = most} of {options.Nodes} nodes have found each other");
            return flock.Nodes.Count == options.Nodes && flock.IsWhole();
        }, cancel);
        _summary.SecondsToSettle = story.Elapsed.TotalSeconds;
        story.Held($"The view has settled: {options.Nodes} nodes, the same on each");

        await UntilAsync("all nodes name one leader", flock.IsLed, cancel);
        _summary.SecondsToLeader = story.Elapsed.TotalSeconds;
        var leader = flock.Leader!;
        story.Held($"{leader.Name} leads, and every node says so");

        await started.WaitAsync(cancel);
        await using var reeve = new ReeveEye(flock.Nodes[^1].Socket);
        await UntilAsync("steward is ready", async () => (await reeve.ListAsync(cancel)).Steward == StewardState.Ready, cancel);
        story.Held($"Steward serves on {leader.Name}; a reeve serves on every node");
    }

    private async Task RegisterAsync(TourFlock flock, CancellationToken cancel)
    {
        var homes = Homes(flock, options.FirstVersionPoints);
        await Task.WhenAll(homes.Select(node => StartPointAsync(node, First, cancel)));
        await ListedAsync(flock, First, homes.Count, cancel);
        story.Held($"Registered on {Names(homes)}: each with a key of its own, signed by its node");
    }

    private async Task CallAsync(TourFlock flock, CancellationToken cancel)
    {
        var home = flock.Up.Last(node => node != flock.Leader || options.Nodes == 1);
        _callers = new Callers(home.Socket, story);
        _callers.Start();
        await UntilAsync("the first call is answered", () => _callers.FirstAnswer.IsCompleted, cancel);
        _summary.SecondsToFirstCall = story.Elapsed.TotalSeconds;
        story.Held($"First answer {Seconds(_summary.SecondsToFirstCall.Value)} after power-on, from {_callers.ServedBy}");
        await CallsGoOnAsync(cancel);
        story.Held($"A client on {home.Name} asks for 'galumph2' and gets the best there is: {_callers.ServedBy}");
    }

    private async Task UpdateAsync(TourFlock flock, CancellationToken cancel)
    {
        // One of the homes is the leader's, so that the next act takes a serving instance with it.
        var homes = Homes(flock, Math.Min(2, options.Nodes));
        await Task.WhenAll(homes.Select(node => StartPointAsync(node, Second, cancel)));
        await ListedAsync(flock, Second, homes.Count, cancel);
        story.Held($"{Second} registered on {Names(homes)}");
        await UntilAsync($"the client has moved to {Second}", () => _callers!.ServedBy.StartsWith(Second, StringComparison.Ordinal), cancel);
        story.Held($"The client has moved by itself: {_callers!.ServedBy}");
        await CallsGoOnAsync(cancel);
    }

    private async Task LoseLeaderAsync(TourFlock flock, CancellationToken cancel)
    {
        var lost = flock.Leader!;
        var survivors = flock.Nodes.Where(node => node != lost).Sum(node => node.Points.Count);
        var before = story.Elapsed;
        await lost.AbortAsync();
        story.Say($"{lost.Name} is gone: its sockets closed, no goodbye. It led, held the registry and served {Second}");

        await UntilAsync("the survivors agree that it is gone", () => flock.Up.All(node => node.View?.Find(lost.Node.Id) is null), cancel);
        story.Held($"All {options.Nodes - 1} survivors know, {Seconds((story.Elapsed - before).TotalSeconds)} later");
        await UntilAsync("the survivors have one leader", flock.IsLed, cancel);
        story.Held($"{flock.Leader!.Name} leads");

        await using var reeve = new ReeveEye(flock.Up.Last().Socket);
        await UntilAsync("the new steward lists every surviving service", async () =>
        {
            var known = await reeve.ListAsync(cancel);
            return known.Steward == StewardState.Ready && known.Entries.Count == survivors;
        }, cancel);
        _summary.SecondsToRecover = (story.Elapsed - before).TotalSeconds;
        story.Held($"A new steward, rebuilt from the reeves, lists all {survivors} surviving service points");
        await CallsGoOnAsync(cancel);
        story.Held($"The calls went on: {_callers!.ServedBy}");
    }

    /// <summary>The leader first, then others: what the acts want to lose must be lost with it.</summary>
    private static List<TourNode> Homes(TourFlock flock, int count) => [.. flock.Up.OrderBy(node => node == flock.Leader ? 0 : 1).Take(count)];

    private static async Task StartPointAsync(TourNode node, string instance, CancellationToken cancel)
    {
        var point = await GalumphPoint.StartAsync(node, instance, cancel);
        node.Points.Add(point);
    }

    private static async Task ListedAsync(TourFlock flock, string instance, int count, CancellationToken cancel)
    {
        await using var reeve = new ReeveEye(flock.Up.Last().Socket);
        await UntilAsync($"steward lists {instance} {count} times", async () => (await reeve.ListAsync(cancel)).Entries.Count(entry => entry.Instance == instance) == count, cancel);
    }

    private async Task CallsGoOnAsync(CancellationToken cancel)
    {
        var enough = _callers!.Counts.Calls + CallsPerAct;
        await UntilAsync($"{CallsPerAct} more calls", () => _callers.Counts.Calls >= enough, cancel);
    }

    private async Task ActAsync(string name, string title, Func<Task> play)
    {
        story.Act(title);
        var start = story.Elapsed;
        var before = _callers?.Counts ?? default;
        var held = false;
        try
        {
            await play();
            held = true;
        }
        finally
        {
            var counts = (_callers?.Counts ?? default) - before;
            _summary.Acts.Add(new ActResult(name, (story.Elapsed - start).TotalSeconds, counts, held && counts.Failed == 0));
            if (counts.Calls > 0)
                story.Say(counts.ToString());
        }
    }

    private void TellHowToUse(TourFlock flock)
    {
        story.Act("Kept up");
        story.Say("The flock stays until Ctrl-C. In another terminal:");
        story.Raw($"  export CRUX__SOCKET={flock.Up.First().Socket}");
        story.Raw("  crux status");
        story.Raw("  crux lookup galumph2 --why");
        story.Raw("  crux watch");
    }

    private static Task UntilAsync(string what, Func<bool> holds, CancellationToken cancel) => UntilAsync(what, () => Task.FromResult(holds()), cancel);

    private static async Task UntilAsync(string what, Func<Task<bool>> holds, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(ActLimit);
        try
        {
            while (!await holds())
                await Task.Delay(LookEvery, limit.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new TourBrokeException($"Waited {ActLimit.TotalSeconds:F0} s in vain until {what}.");
        }
    }

    private static string Names(IEnumerable<TourNode> nodes) => string.Join(", ", nodes.Select(node => node.Name));

    private static string Seconds(double seconds) => seconds.ToString("F2", CultureInfo.InvariantCulture) + " s";
}
