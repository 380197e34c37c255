using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Crux.Machines.Registry;
using Crux.Services.Reeve;
using Crux.Services.Steward;

namespace Crux.Node.Bootstrap;

/// <summary>The conditions that steps wait for, in words.</summary>
internal static class Standings
{
    /// <summary>Done once the view has settled and somebody leads. What the view does later is the flock's news, not the start-up's.</summary>
    public static async IAsyncEnumerable<Standing> OfFlock(IGroupView view, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var snapshot in view.WatchAsync(cancellation))
        {
            if (snapshot is { IsSettled: true, Leader: not null })
            {
                yield return Standing.Done;
                yield break;
            }
            yield return Standing.Waiting(snapshot.IsSettled
                ? "a leader"
                : $"the view to settle; {snapshot.Members.Length} {(snapshot.Members.Length == 1 ? "member" : "members")} so far");
        }
    }

    /// <summary>Idle where another node leads; where this one does, done once the steward has heard every reeve.</summary>
    public static IAsyncEnumerable<Standing> OfSteward(IGroupView view, StewardDriver steward, CancellationToken cancellation) =>
        OnEach(
            [token => Each(view.WatchAsync(token)), token => Each(steward.WatchAsync(token))],
            () =>
            {
                var (snapshot, status) = (view.Current, steward.Current);
                if (snapshot.Leader is null)
                    return Standing.Waiting("a leader");
                if (snapshot.Leader != snapshot.Self)
                    return Standing.Idle;
                return status.Phase == StewardPhase.Ready
                    ? Standing.Done
                    : Standing.Waiting($"the nodes to tell what they have; {status.Heard} of {Math.Max(status.Expected, snapshot.Members.Length)} so far");
            },
            cancellation);

    /// <summary>Done once a steward that holds everything has heard this node.</summary>
    public static async IAsyncEnumerable<Standing> OfServices(IGroupView view, ReeveDriver reeve, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // The reeve may not run, and then never says anything.
        yield return Of(reeve.Current, view.Current);
        await foreach (var state in reeve.WatchStateAsync(cancellation))
        {
            var standing = Of(state, view.Current);
            yield return standing;
            if (standing == Standing.Done)
                yield break;
        }
    }

    private static Standing Of(ReeveState state, GroupSnapshot snapshot) => state.Steward switch
    {
        StewardPhase.Ready => Standing.Done,
        StewardPhase.Rebuilding => Standing.Waiting("the steward to hear from every node"),
        _ => Standing.Waiting(snapshot.Leader is null ? "a leader, whose steward lists what runs here" : "the steward to answer"),
    };

    // What the sources say is read afresh each time, so a signal lost to a newer one is no loss.
    private static async IAsyncEnumerable<Standing> OnEach(
        Func<CancellationToken, IAsyncEnumerable<bool>>[] sources, Func<Standing> read, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var listening = sources.Select(source => ListenAsync(source(ending.Token), changed.Writer)).ToArray();
        try
        {
            await foreach (var _ in changed.Reader.ReadAllAsync(cancellation))
                yield return read();
        }
        finally
        {
            await ending.CancelAsync();
            await Task.WhenAll(listening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task ListenAsync(IAsyncEnumerable<bool> source, ChannelWriter<bool> changed)
    {
        await foreach (var signal in source)
            changed.TryWrite(signal);
    }

    private static async IAsyncEnumerable<bool> Each<T>(IAsyncEnumerable<T> source)
    {
        await foreach (var _ in source)
            yield return true;
    }
}
