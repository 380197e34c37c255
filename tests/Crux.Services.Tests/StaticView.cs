using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Crux.Services.Tests;

/// <summary>A group's view that a test sets by hand.</summary>
internal sealed class StaticView : IGroupView
{
    private readonly Lock _gate = new();
    private readonly List<Channel<GroupSnapshot>> _watchers = [];
    private GroupSnapshot _current;
    private long _fencedUntil = Instant.Never.Ticks;

    public StaticView(NodeId self, params Member[] members) =>
        _current = new GroupSnapshot { Group = "demo", Self = self, Members = Sorted(members), IsSettled = true, Revision = 1 };

    public GroupSnapshot Current => Volatile.Read(ref _current);

    /// <summary>As long as the test says.</summary>
    public Instant FencedUntil
    {
        get => new(Volatile.Read(ref _fencedUntil));
        set => Volatile.Write(ref _fencedUntil, value.Ticks);
    }

    public void Change(Func<GroupSnapshot, GroupSnapshot> change)
    {
        lock (_gate)
        {
            _current = change(_current) with { Revision = _current.Revision + 1 };
            _current = _current with { Members = Sorted(_current.Members) };
            foreach (var watcher in _watchers)
                watcher.Writer.TryWrite(_current);
        }
    }

    public async IAsyncEnumerable<GroupSnapshot> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var channel = Channel.CreateBounded<GroupSnapshot>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (_gate)
        {
            _watchers.Add(channel);
            channel.Writer.TryWrite(_current);
        }
        await foreach (var snapshot in channel.Reader.ReadAllAsync(cancellationToken))
            yield return snapshot;
    }

    private static ImmutableArray<Member> Sorted(IEnumerable<Member> members) => [.. members.OrderBy(member => member.Id)];
}
