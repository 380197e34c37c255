using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Crux.Cli.Tests;

/// <summary>A group that changes when the test says so.</summary>
internal sealed class StaticView(GroupSnapshot first) : IGroupView
{
    private readonly Lock _gate = new();
    private readonly List<Channel<GroupSnapshot>> _followers = [];
    private readonly TaskCompletionSource _followed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public GroupSnapshot Current { get; private set; } = first;

    public Instant FencedUntil => Instant.Never;

    /// <summary>How many read the view in a node: the heartbeater, and with an operator its chronicle.</summary>
    public int Followers { get; set; } = 2;

    /// <summary>Done once all <see cref="Followers"/> have taken the first snapshot and ask for the next.</summary>
    public Task Followed => _followed.Task;

    /// <summary>How it stands before anybody looks.</summary>
    public void Start(Func<GroupSnapshot, GroupSnapshot> change) => Current = change(Current);

    public void Change(Func<GroupSnapshot, GroupSnapshot> change)
    {
        lock (_gate)
        {
            Current = change(Current) with { Revision = Current.Revision + 1 };
            foreach (var follower in _followers)
                follower.Writer.TryWrite(Current);
        }
    }

    public async IAsyncEnumerable<GroupSnapshot> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return Current;
        var changes = Channel.CreateUnbounded<GroupSnapshot>();
        lock (_gate)
        {
            _followers.Add(changes);
            if (_followers.Count == Followers)
                _followed.TrySetResult();
        }
        await foreach (var next in changes.Reader.ReadAllAsync(cancellationToken))
            yield return next;
    }
}
