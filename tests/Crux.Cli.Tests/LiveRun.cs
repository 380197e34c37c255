namespace Crux.Cli.Tests;

/// <summary>A command that goes on until it is stopped; what it writes can be waited for.</summary>
internal sealed class LiveRun : IDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly LineWriter _output = new();
    private readonly LineWriter _error = new();
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private Task<int> _run = Task.FromResult(0);

    public IReadOnlyList<string> Lines => _output.Lines;

    public string Error => string.Concat(_error.Lines.Select(line => line + "\n"));

    /// <summary>Starts the command, and returns once a first event has come through: from then on nothing is missed.</summary>
    public static async Task<LiveRun> StartAsync(StaticNode node, params string[] arguments)
    {
        var live = new LiveRun();
        var terminal = new Terminal { Out = live._output, Error = live._error, Variable = _ => null };
        live._run = CruxCommand.RunAsync(["--socket", node.Socket, .. arguments], terminal, live._stop.Token);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(live._stop.Token);
        patience.CancelAfter(Patience);
        while (live.Lines.Count == 0)
        {
            node.Events.Publish("test", "knock");
            await Task.WhenAny(live._output.NextAsync(), Task.Delay(Knock, patience.Token));
            Assert.False(patience.IsCancellationRequested || live._run.IsCompleted, $"The watch never began: {live.Error}");
        }
        // Knocks may still be on their way; this one is the last.
        node.Events.Publish("test", "begun");
        await live.UntilAsync(lines => lines[^1].Contains("begun", StringComparison.Ordinal));
        live._output.Clear();
        return live;
    }

    private static TimeSpan Knock => TimeSpan.FromMilliseconds(20);

    public async Task UntilAsync(Func<IReadOnlyList<string>, bool> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var next = _output.NextAsync();
            if (condition(Lines))
                return;
            await next.WaitAsync(patience.Token);
        }
    }

    public async Task<int> StopAsync()
    {
        await _stop.CancelAsync();
        return await EndAsync();
    }

    public Task<int> EndAsync() => _run.WaitAsync(Patience);

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }
}
