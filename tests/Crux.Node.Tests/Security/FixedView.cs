using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Crux.Node.Tests.Security;

/// <summary>A view that holds what the test says.</summary>
internal sealed class FixedView(NodeId self, params Member[] members) : IGroupView
{
    private readonly Channel<GroupSnapshot> _changes = Channel.CreateUnbounded<GroupSnapshot>();

    private GroupSnapshot _current = Snapshot(self, members);

    /// <summary>Members beyond those named, whose keys have not come.</summary>
    public int Unnamed { get; init; }

    public GroupSnapshot Current => _current with { Size = _current.Members.Length + Unnamed };

    public Instant FencedUntil => Instant.Never;

    public void Become(params Member[] members)
    {
        _current = Snapshot(self, members);
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
