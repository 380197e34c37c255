using Crux.Machines.Flock.Detection;
using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Tests.Flock.Detection;

public sealed class RingTests
{
    private readonly SeededRandom _random = new(7);

    [Fact]
    public void Whoever_comes_and_goes_the_neighbours_are_those_of_a_search()
    {
        var view = new ViewTable(1_000);
        var members = new List<MemberRecord>();
        var (me, salt) = (NetAddress.V4(1, 1), _random.NextUInt64());
        var (kept, before) = (new RingNeighbours(salt, me, before: false), new RingNeighbours(salt, me, before: true));
        view.Watcher = (record, isHere) =>
        {
            foreach (var side in new[] { kept, before })
            {
                if (isHere)
                    side.Enter(record);
                else
                    side.Leave(record);
            }
        };
        for (var step = 0; step < 2_000; step++)
        {
            if (members.Count < 20 || _random.Next(2) == 0)
            {
                var record = new MemberRecord(NetAddress.V4(0x0A000000 + (uint)step, 1), 1, RecordStatus.Alive, _random.NextUInt64());
                members.Add(record);
                view.Put(record, Instant.Zero);
            }
            else
            {
                var at = _random.Next(members.Count);
                var isGone = _random.Next(3) > 0;
                // Evicted; or it only took another life, which moves nobody.
                view.Put(isGone ? members[at] with { Status = RecordStatus.Evicted } : members[at] with { Incarnation = members[at].Incarnation + 1 }, Instant.Zero);
                if (isGone)
                    members.RemoveAt(at);
                else
                    members[at] = members[at] with { Incarnation = members[at].Incarnation + 1 };
            }
            foreach (var (side, isBefore) in new[] { (kept, false), (before, true) })
            {
                if (side.IsStale)
                    side.Rebuild(view);
                for (var ring = 0; ring < Ring.Count; ring++)
                    Assert.Equal(members.MinBy(member => Distance(ring, salt, member.Salt, isBefore)).Address, side.On(ring));
            }
        }
    }

    [Fact]
    public void Who_watches_is_watched_by_no_more_than_its_share()
    {
        var salts = Enumerable.Range(0, 1_000).Select(_ => _random.NextUInt64()).ToArray();
        for (var ring = 0; ring < Ring.Count; ring++)
        {
            var watchers = salts.Select(subject => salts.Where(other => other != subject).MinBy(other => Distance(ring, subject, other, before: false)));
            Assert.Equal(salts.Length, watchers.Distinct().Count());
        }
    }

    private static ulong Distance(int ring, ulong mine, ulong other, bool before) =>
        before ? Ring.Place(ring, mine) - Ring.Place(ring, other) : Ring.Place(ring, other) - Ring.Place(ring, mine);
}
