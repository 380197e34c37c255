using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Crux.Client.Tests;

/// <summary>A group's view that a test sets by hand.</summary>
internal sealed class StaticView : IGroupView
{
    private readonly Lock _lock = new();
    private readonly List<Channel<GroupSnapshot>> _watchers = [];
    private GroupSnapshot _current;

    public StaticView(Member self) =>
        _current = new GroupSnapshot { Group = "demo", Self = self.Id, Members = [self], IsSettled = true, Revision = 1 };

    public GroupSnapshot Current => Volatile.Read(ref _current);

    public Instant FencedUntil => Instant.Never;

    public void Add(Member member) => Show(members => [.. members.Add(member).OrderBy(each => each.Id)]);

    public void Remove(Member member) => Show(members => members.RemoveAll(each => each.Id == member.Id));

    private void Show(Func<ImmutableArray<Member>, ImmutableArray<Member>> change)
    {
        lock (_lock)
        {
            _current = _current with { Members = change(_current.Members), Revision = _current.Revision + 1 };
            foreach (var watcher in _watchers)
                watcher.Writer.TryWrite(_current);
        }
    }

    public async IAsyncEnumerable<GroupSnapshot> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var channel = Channel.CreateBounded<GroupSnapshot>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (_lock)
        {
            _watchers.Add(channel);
            channel.Writer.TryWrite(_current);
        }
        await foreach (var snapshot in channel.Reader.ReadAllAsync(cancellationToken))
            yield return snapshot;
    }
}
