namespace Crux.Client.Selection;

/// <summary>Whether an instance is still there though its node has left the flock, as it is where only the daemon was restarted. Thread-safe.</summary>
/// <param name="ask">Gets any answer from the instance, or throws; cancelled when its time is up.</param>
/// <param name="changed">Called when it is known.</param>
internal sealed class SurvivalProof(Func<CancellationToken, Task> ask, Action changed)
{
    /// <summary>
    /// How long the instance may take to show that it is there before its calls are ended: with what a busy machine adds, they have ended a
    /// second after the verdict.
    /// </summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(750);

    private int _state;

    public Survival State => (Survival)Volatile.Read(ref _state);

    /// <summary>Asks, where nobody did since its node left.</summary>
    public void Begin()
    {
        if (!TryMove(Survival.Unasked, Survival.Asked))
            return;
        using (ExecutionContext.SuppressFlow())
            _ = Task.Run(AskAsync);
    }

    /// <summary>It answered on a new connection: whatever it was taken for, it lives.</summary>
    public void Answered()
    {
        if (!TryMove(Survival.Gone, Survival.Alive))
            TryMove(Survival.Asked, Survival.Alive);
    }

    /// <summary>The node is back.</summary>
    public void Forget() => Volatile.Write(ref _state, (int)Survival.Unasked);

    private async Task AskAsync()
    {
        var found = Survival.Gone;
        // By the kernel's clock, as every limit on an answer from the network: a test host's may leap.
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await ask(limit.Token);
            found = Survival.Alive;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // Gone, as its node is, or too busy to say otherwise in time.
        }
        TryMove(Survival.Asked, found);
        changed();
    }

    private bool TryMove(Survival from, Survival to) => Interlocked.CompareExchange(ref _state, (int)to, (int)from) == (int)from;
}
