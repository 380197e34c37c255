using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Gossip;
using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Tests.Flock.Membership;

public sealed class ViewPartTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(6)]
    public void Each_block_is_in_exactly_one_part(byte bits)
    {
        var blocks = Blocks(200);
        foreach (var block in blocks)
            Assert.Single(Enumerable.Range(0, 1 << bits), index => new ViewPart(bits, (ushort)index).Holds(block));
        // Dealt out by a hash: no part of a few is empty of hundreds.
        if (bits <= 3)
            Assert.All(Enumerable.Range(0, 1 << bits), index => Assert.Contains(blocks, new ViewPart(bits, (ushort)index).Holds));
    }

    [Theory]
    [InlineData(0, 100, 0)]
    [InlineData(100, 100, 0)]
    [InlineData(101, 100, 1)]
    [InlineData(10_000, 800, 4)]
    [InlineData(int.MaxValue, 1, ViewPart.MaxBits)]
    public void Parts_are_as_large_as_may_be(int total, int size, byte bits) => Assert.Equal(bits, ViewPart.BitsFor(total, size));

    [Fact]
    public void A_part_reads_back_and_one_of_too_many_is_refused()
    {
        var buffer = new byte[2 * ViewPart.SizeBytes];
        var writer = new WireWriter(buffer);
        new ViewPart(5, 17).Write(ref writer);
        new ViewPart(ViewPart.MaxBits + 1, 0).Write(ref writer);
        var reader = new WireReader(buffer);
        Assert.Equal(new ViewPart(5, 17), ViewPart.Read(ref reader));
        Assert.False(reader.Failed);
        ViewPart.Read(ref reader);
        Assert.True(reader.Failed);
    }

    private static List<ViewBlock> Blocks(int count) =>
        [.. Enumerable.Range(0, count).Select(number => new ViewBlock(BlockId.Of(NetAddress.V4(0x0A00_0000 + ((uint)number << 8), 23123))))];
}
