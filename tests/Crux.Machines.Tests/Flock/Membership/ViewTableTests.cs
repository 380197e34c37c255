using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Tests.Flock.Membership;

public sealed class ViewTableTests
{
    private static readonly Instant Now = new(TimeSpan.TicksPerHour);

    [Fact]
    public void Any_order_of_the_same_records_gives_the_same_view()
    {
        var random = new SeededRandom(1);
        var records = new List<MemberRecord>();
        for (var i = 0; i < 500; i++)
            records.Add(new MemberRecord(TestFlock.AddressOf(random.Next(60)), (uint)random.Next(4), (RecordStatus)random.Next(4), (ulong)random.Next(40)));
        ViewTable? first = null;
        for (var round = 0; round < 20; round++)
        {
            for (var i = records.Count - 1; i > 0; i--)
            {
                var j = random.Next(i + 1);
                (records[i], records[j]) = (records[j], records[i]);
            }
            var view = new ViewTable(1_000);
            foreach (var record in records)
                view.Put(record, Now);
            first ??= view;
            Assert.Equal(first.Hash, view.Hash);
            Assert.Equal(first.Live, view.Live);
            Assert.Equal(first.TombstoneCount, view.TombstoneCount);
        }
    }

    [Fact]
    public void A_view_that_emptied_hashes_like_one_that_was_never_filled()
    {
        var view = new ViewTable(10);
        var record = new MemberRecord(TestFlock.AddressOf(1), 1, RecordStatus.Alive, 1);
        view.Put(record, Now);
        view.Put(record with { Status = RecordStatus.Evicted }, Now);
        Assert.Equal(0ul, view.Hash);
        Assert.Equal(1, view.TombstoneCount);
        Assert.False(view.IsLive(record.Address));
    }

    [Fact]
    public void A_tombstone_keeps_its_life_from_rising_until_it_expires()
    {
        var view = new ViewTable(10);
        var record = new MemberRecord(TestFlock.AddressOf(1), 3, RecordStatus.Alive, 1);
        view.Put(record with { Status = RecordStatus.Left }, Now);
        Assert.False(view.Put(record, Now));
        view.Expire(Now + TimeSpan.FromMinutes(9), TimeSpan.FromMinutes(10));
        Assert.Equal(1, view.TombstoneCount);
        view.Expire(Now + TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(10));
        Assert.Equal(0, view.TombstoneCount);
        Assert.Null(view.Find(record.Address));
    }

    [Fact]
    public void Members_and_tombstones_are_bounded()
    {
        var view = new ViewTable(10);
        for (var host = 0u; host < 3 * ViewTable.MaxTombstones; host++)
        {
            var record = new MemberRecord(NetAddress.V4(host, 1), 1, RecordStatus.Evicted, host);
            view.Put(record, Now);
            view.Put(record with { Address = NetAddress.V4(0xF0000000 | host, 1), Status = RecordStatus.Alive }, Now);
        }
        Assert.Equal(ViewTable.MaxTombstones, view.TombstoneCount);
        Assert.Equal(10, view.LiveCount);
    }
}
