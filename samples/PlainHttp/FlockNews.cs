using System.Collections.Frozen;
using Crux;
using Crux.Protos;
using Grpc.Core;

namespace PlainHttp;

/// <summary>What the reeve tells all the time: whose statements count, and of which generation the keys of this process are to be. Thread-safe.</summary>
internal sealed class FlockNews
{
    /// <summary>A daemon that was restarted knows itself alone at first: for so long nobody leaves the flock on its word.</summary>
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly TaskCompletionSource _known = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile FrozenSet<NodeId> _members = [];
    private volatile FrozenSet<NodeId> _held = [];
    private long _heldSince;
    private ulong _generation;

    public FlockNews(Crux.Protos.Reeve.ReeveClient reeve, string name, CancellationToken stop)
    {
        _ = KeepAsync(() => reeve.WatchNodes(new WatchNodesRequest(), cancellationToken: stop), TakeNodes, stop);
        _ = KeepAsync(() => reeve.WatchKeys(new WatchKeysRequest(), cancellationToken: stop), (reply, _) => TakeKeys(reply, name), stop);
    }

    /// <summary>Completes once the reeve has said who is in the flock.</summary>
    public Task Known => _known.Task;

    /// <summary>The generation that keys are to be of; older ones are to be replaced.</summary>
    public ulong Generation => Volatile.Read(ref _generation);

    /// <summary>Whether what a node vouches for counts.</summary>
    public bool IsMember(NodeId node) =>
        _members.Contains(node) || (_held.Contains(node) && TimeProvider.System.GetElapsedTime(Volatile.Read(ref _heldSince)) < Hold);

    private void TakeNodes(WatchNodesReply reply, bool isNewReeve)
    {
        if (isNewReeve)
        {
            Volatile.Write(ref _heldSince, TimeProvider.System.GetTimestamp());
            _held = _members;
        }
        _members = reply.NodeIds.Where(id => id.Length == NodeId.SizeBytes).Select(id => NodeId.Read(id.Span)).ToFrozenSet();
        _known.TrySetResult();
    }

    private void TakeKeys(WatchKeysReply reply, string name)
    {
        var turn = reply.Generations.FirstOrDefault(it => it.Service == name) ?? reply.Generations.FirstOrDefault(it => it.Service.Length == 0);
        Volatile.Write(ref _generation, turn?.Generation ?? 0);
    }

    // A stream that ends is begun again: daemons are restarted now and then, and what they said last holds until they say otherwise.
    private static async Task KeepAsync<T>(Func<AsyncServerStreamingCall<T>> begin, Action<T, bool> take, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var call = begin();
                for (var isNewReeve = true; await call.ResponseStream.MoveNext(stop); isNewReeve = false)
                    take(call.ResponseStream.Current, isNewReeve);
            }
            catch (Exception problem) when (problem is RpcException or OperationCanceledException)
            {
                // The reeve is away, or this process has no more use for it; the pause below tells which.
            }
            await Task.Delay(Pause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
