using System.Collections.Frozen;
using Crux.Protos;
using Grpc.Core;

namespace Crux.Client.Connect;

/// <summary>
/// Which generation of keys the node wants of which name. What was last heard stands while the reeve is away. Thread-safe.
/// </summary>
internal sealed class KeyTurns(ReeveLink link)
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile FrozenDictionary<string, KeyTurn> _current = FrozenDictionary<string, KeyTurn>.Empty;

    /// <summary>Raised after a change, outside the lock.</summary>
    public event Action? Changed;

    /// <summary>What a name's keys are to be; generation 0 until a reeve has answered.</summary>
    public KeyTurn Of(string name)
    {
        var current = _current;
        return current.TryGetValue(name, out var own) || current.TryGetValue("", out own) ? own : default;
    }

    /// <summary>Completes once a name's keys are to be of a later generation than <paramref name="seen"/>.</summary>
    public async Task<KeyTurn> WaitPastAsync(string name, ulong seen, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
                changed = _changed.Task;
            if (Of(name) is var turn && turn.Generation > seen)
                return turn;
            await changed.WaitAsync(cancellationToken);
        }
    }

    public Task RunAsync(CancellationToken stop) => link.KeepAsync(WatchAsync, ended: null, stop);

    private async Task WatchAsync(CancellationToken stop)
    {
        using var call = link.Reeve.WatchKeys(new WatchKeysRequest(), cancellationToken: stop);
        await foreach (var reply in call.ResponseStream.ReadAllAsync(stop))
            Apply(reply);
        throw new IOException("the reeve ended its answer");
    }

    private void Apply(WatchKeysReply reply)
    {
        TaskCompletionSource woken;
        lock (_lock)
        {
            _current = reply.Generations.DistinctBy(turn => turn.Service).ToFrozenDictionary(turn => turn.Service, turn => new KeyTurn(turn.Generation, turn.Oldest), StringComparer.Ordinal);
            woken = _changed;
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        woken.TrySetResult();
        Changed?.Invoke();
    }
}
