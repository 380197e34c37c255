using Crux.Machines.Flock.Scan;

namespace Crux.Machines.Tests.Flock.Scan;

public sealed class AddressSweepTests
{
    [Theory]
    [InlineData("10.0.0.0/24", "10.1.0.0/22")]
    [InlineData("10.0.0.0/31", "10.0.0.7/32")]
    [InlineData("10.0.0.1/32", "10.0.0.7/32")]
    public void Every_sweep_gives_every_address_once(string first, string second)
    {
        var (sweep, a, b) = Of(first, second, seed: 9);
        for (var round = 0; round < 3; round++)
        {
            var seen = new HashSet<NetAddress>();
            for (var i = 0ul; i < sweep.Count; i++)
            {
                Assert.True(sweep.TryNext(1, 0, out var address));
                Assert.True(seen.Add(address));
            }
            Assert.All(seen, address => Assert.True(a.Contains(address) || b.Contains(address)));
            Assert.Equal((ulong)(round + 1) * sweep.Count, sweep.Passed);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(1_279)]
    [InlineData(1_280)]
    public void Members_that_begin_anywhere_share_a_sweep_and_nobody_does_anothers_part(int members)
    {
        var seen = new HashSet<NetAddress>();
        for (var rank = 0; rank < members; rank++)
        {
            var (sweep, _, _) = Of("10.0.0.0/24", "10.1.0.0/22", seed: (ulong)(rank * 31));
            for (var own = sweep.Count / (ulong)members + (sweep.Count % (ulong)members > (ulong)rank ? 1u : 0); own > 0; own--)
            {
                Assert.True(sweep.TryNext((ulong)members, (ulong)rank, out var address));
                Assert.True(seen.Add(address));
            }
        }
        Assert.Equal(1_280, seen.Count);
    }

    [Fact]
    public void Where_there_are_more_members_than_addresses_some_have_nothing_to_do_and_pass_whole_sweeps()
    {
        var (sweep, _, _) = Of("10.0.0.0/31", "10.0.0.7/32", seed: 1);
        Assert.False(sweep.TryNext(5, 4, out _));
        Assert.True(sweep.Passed >= 2);
        Assert.True(sweep.TryNext(5, 2, out _));
    }

    [Fact]
    public void A_group_that_grows_goes_on_from_where_each_is()
    {
        var (sweep, _, _) = Of("10.0.0.0/24", "10.1.0.0/22", seed: 77);
        for (var members = 1ul; members < 200; members++)
        {
            var before = sweep.Passed;
            Assert.True(sweep.TryNext(members, members / 2, out _));
            Assert.InRange(sweep.Passed - before, 1ul, 2 * members);
        }
    }

    private static (AddressSweep Sweep, AddressRange First, AddressRange Second) Of(string first, string second, ulong seed)
    {
        Assert.True(AddressRange.TryParse(first, out var a));
        Assert.True(AddressRange.TryParse(second, out var b));
        return (new AddressSweep([a, b], [], 1, seed), a, b);
    }
}
