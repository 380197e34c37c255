using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Crux.Cli.Tests;

/// <summary>A group that changes when the test says so.</summary>
internal sealed class StaticView(GroupSnapshot first) : IGroupView
{
    private readonly Channel<GroupSnapshot> _changes = Channel.CreateUnbounded<GroupSnapshot>();
    private readonly TaskCompletionSource _followed = new();

    public GroupSnapshot Current { get; private set; } = first;

    /// <summary>Done once somebody has taken the first snapshot and asks for the next.</summary>
    public Task Followed => _followed.Task;

    public void Start(Func<GroupSnapshot, GroupSnapshot> change) => Current = change(Current);

    public void Change(Func<GroupSnapshot, GroupSnapshot> change)
    {
        Current = change(Current) with { Revision = Current.Revision + 1 };
        _changes.Writer.TryWrite(Current);
    }

    public void NobodyFollows() => _followed.TrySetResult();

    public async IAsyncEnumerable<GroupSnapshot> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return Current;
        _followed.TrySetResult();
        await foreach (var next in _changes.Reader.ReadAllAsync(cancellationToken))
            yield return next;
    }
}
