namespace Crux.Machines.Tests;

public sealed class AddressRangeTests
{
    [Theory]
    [InlineData("10.1.2.3/22", "10.1.0.0/22", 1_024)]
    [InlineData("10.1.2.3/32", "10.1.2.3/32", 1)]
    [InlineData("10.1.2.3/8", "10.0.0.0/8", 1 << 24)]
    [InlineData("fd00:1::5:3/118", "fd00:1::5:0/118", 1_024)]
    [InlineData("fd00:1::5:3/128", "fd00:1::5:3/128", 1)]
    [InlineData("fd00:1::ffff:5:3/104", "fd00:1::ffff:0:0/104", 1 << 24)]
    public void A_range_is_read_without_its_host_bits_and_written_as_it_was(string text, string written, int count)
    {
        Assert.True(AddressRange.TryParse(text, out var range));
        Assert.Equal(written, range.ToString());
        Assert.Equal((uint)count, range.Count);
        var (first, last) = (range.At(0, 23123), range.At(range.Count - 1, 23123));
        Assert.True(range.Contains(first) && range.Contains(last));
        Assert.False(range.Contains(first with { Low = first.Low - 1 }) || range.Contains(last with { Low = last.Low + 1 }) || range.Contains(first with { High = ~first.High }));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("10.1.2.3")]
    [InlineData("10.1.2.3/7")]
    [InlineData("10.1.2.3/33")]
    [InlineData("fd00:1::/103")]
    [InlineData("fd00:1::/129")]
    [InlineData("fe80::1%2/118")]
    [InlineData("fe80::1/118")]
    [InlineData("::ffff:10.1.2.3/118")]
    [InlineData("nonsense/22")]
    public void What_is_no_range_that_can_be_probed_is_refused(string? text) => Assert.False(AddressRange.TryParse(text, out _));

    [Theory]
    [InlineData("0.0.0.0:1", true, false, false, false)]
    [InlineData("[::]:1", true, false, false, false)]
    [InlineData("127.9.0.1:1", false, true, false, false)]
    [InlineData("[::1]:1", false, true, false, false)]
    [InlineData("169.254.1.1:1", false, false, true, false)]
    [InlineData("[fe80::1]:1", false, false, true, false)]
    [InlineData("[febf::1]:1", false, false, true, false)]
    [InlineData("239.1.1.1:1", false, false, false, true)]
    [InlineData("[ff02::1]:1", false, false, false, true)]
    [InlineData("10.1.2.3:1", false, false, false, false)]
    [InlineData("[fd00::1]:1", false, false, false, false)]
    [InlineData("[fec0::1]:1", false, false, false, false)]
    public void An_address_says_what_kind_it_is(string text, bool any, bool loopback, bool linkLocal, bool multicast)
    {
        Assert.True(NetAddress.TryParse(text, out var address));
        Assert.Equal((any, loopback, linkLocal, multicast), (address.IsAny, address.IsLoopback, address.IsLinkLocal, address.IsMulticast));
    }
}
