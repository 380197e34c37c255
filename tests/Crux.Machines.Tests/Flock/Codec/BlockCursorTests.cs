using System.Net;
using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Tests.Flock.Codec;

public sealed class BlockCursorTests
{
    [Theory]
    [InlineData("10.1.0.1", "10.1.1.9", 1)]
    [InlineData("10.1.0.1", "10.1.254.9", 7)]
    [InlineData("10.1.0.1", "10.1.253.9", 1)]
    [InlineData("fd00:1::1", "fd00:1::101", 1)]
    [InlineData("fd00:1::1", "fd00:1::5eed:9", 8)]
    [InlineData("fd00:1::1", "fd00:1::ffff:ffff:ffff:1", 8)]
    [InlineData("fd00:1::1", "fd00:1:0:1::1", 19)]
    [InlineData("10.1.0.1", "fd00:1::1", 19)]
    public void A_block_takes_as_many_bytes_as_tell_it_from_the_one_before(string before, string block, int bytes)
    {
        var ids = new[] { Of(before), Of(block) };
        var writer = new WireWriter(new byte[2 * BlockCursor.MaxBytes]);
        var writing = default(BlockCursor);
        writing.Write(ref writer, ids[0]);
        var first = writer.Length;
        writing.Write(ref writer, ids[1]);
        Assert.Equal(bytes, writer.Length - first);

        var reader = new WireReader(writer.Written);
        var reading = default(BlockCursor);
        Assert.Equal(ids[0], reading.Read(ref reader));
        Assert.Equal(ids[1], reading.Read(ref reader));
        Assert.True(reader.AtEnd && !reader.Failed);
    }

    [Theory]
    [InlineData(new byte[] { 1 })]
    [InlineData(new byte[] { 255, 1, 2, 3, 4, 5, 6, 7 })]
    [InlineData(new byte[] { 0, 9, 1, 2, 3, 4, 5 })]
    [InlineData(new byte[] { 0, 6, 1, 2, 3 })]
    [InlineData(new byte[0])]
    public void What_nobody_writes_is_no_block(byte[] bytes)
    {
        var reader = new WireReader(bytes);
        var cursor = default(BlockCursor);
        cursor.Read(ref reader);
        Assert.True(reader.Failed);
    }

    private static BlockId Of(string address) => BlockId.Of(NetAddress.From(IPAddress.Parse(address), 23123));
}
