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
        Assert.True(AddressRange.TryParse(first, out var a));
        Assert.True(AddressRange.TryParse(second, out var b));
        var sweep = new AddressSweep([a, b], [], 1, 9);
        for (var round = 0; round < 3; round++)
        {
            var seen = new HashSet<NetAddress>();
            for (var i = 0ul; i < sweep.Count; i++)
                Assert.True(seen.Add(sweep.Next()));
            Assert.All(seen, address => Assert.True(a.Contains(address.V4Bits) || b.Contains(address.V4Bits)));
        }
    }

    [Fact]
    public void Two_seeds_go_two_ways()
    {
        var range = new AddressRange(0x0A000000, 20);
        var (one, other) = (new AddressSweep([range], [], 1, 1), new AddressSweep([range], [], 1, 2));
        Assert.True(Enumerable.Range(0, 100).Count(_ => one.Next() == other.Next()) < 5);
    }
}
