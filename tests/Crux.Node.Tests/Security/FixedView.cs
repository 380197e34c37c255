using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Crux.Node.Tests.Security;

/// <summary>A view that holds what the test says.</summary>
internal sealed class FixedView(NodeId self, params Member[] members) : IGroupView
{
    private readonly Channel<GroupSnapshot> _changes = Channel.CreateUnbounded<GroupSnapshot>();

    public GroupSnapshot Current { get; private set; } = Snapshot(self, members);

    public void Become(params Member[] members)
    {
        Current = Snapshot(self, members);
        _changes.Writer.TryWrite(Current);
    }

    public async IAsyncEnumerable<GroupSnapshot> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return Current;
        await foreach (var snapshot in _changes.Reader.ReadAllAsync(cancellationToken))
            yield return snapshot;
    }

    private static GroupSnapshot Snapshot(NodeId self, Member[] members) =>
        new() { Group = "mill", Self = self, Members = [.. members.OrderBy(member => member.Id)] };
}
