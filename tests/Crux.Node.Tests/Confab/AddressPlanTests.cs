using Crux.Node.Confab;

namespace Crux.Node.Tests.Confab;

public sealed class AddressPlanTests
{
    private static readonly LocalInterface Lo = new("lo", 0x7F000001, 8, true);
    private static readonly LocalInterface Eth0 = new("eth0", 0x0A010503, 24, false);
    private static readonly LocalInterface Eth1 = new("eth1", 0x0A020503, 16, false);
    private static readonly LocalInterface LinkLocal = new("eth2", 0xA9FE0101, 16, false);

    [Fact]
    public void The_one_address_that_others_can_reach_is_taken()
    {
        var plan = AddressPlan.Make(null, 23123, [], [Lo, LinkLocal, Eth0]);
        Assert.Equal("10.1.5.3:23123", plan.Address.ToString());
        Assert.Equal("10.1.5.0/24", Assert.Single(plan.Neighbourhood).ToString());
    }

    [Fact]
    public void A_wide_prefix_is_narrowed_to_a_22()
    {
        var plan = AddressPlan.Make("10.2.5.3", 23123, [], [Lo, Eth0, Eth1]);
        Assert.Equal("10.2.4.0/22", Assert.Single(plan.Neighbourhood).ToString());
    }

    [Fact]
    public void Several_addresses_are_named_with_the_option_that_chooses()
    {
        var error = Assert.Throws<ConfabException>(() => AddressPlan.Make(null, 23123, [], [Lo, Eth0, Eth1]));
        Assert.Contains("eth0 10.1.5.3/24, eth1 10.2.5.3/16", error.Message, StringComparison.Ordinal);
        Assert.Contains("--address", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_address_at_all_says_what_to_do() =>
        Assert.Contains("--address", Assert.Throws<ConfabException>(() => AddressPlan.Make(null, 23123, [], [Lo, LinkLocal])).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("10.9.9.9")]
    [InlineData("nonsense")]
    [InlineData("fe80::1")]
    public void An_address_that_is_not_ours_is_refused_with_those_that_are(string address) =>
        Assert.Contains("eth0 10.1.5.3/24", Assert.Throws<ConfabException>(() => AddressPlan.Make(address, 23123, [], [Lo, Eth0])).Message, StringComparison.Ordinal);

    [Fact]
    public void Every_loopback_address_is_ours()
    {
        var plan = AddressPlan.Make("127.66.0.7", 23123, [], [Lo]);
        Assert.Equal("127.66.0.7:23123", plan.Address.ToString());
        Assert.Equal("127.66.0.0/22", Assert.Single(plan.Neighbourhood).ToString());
    }

    [Fact]
    public void Ranges_are_added_and_those_within_another_are_dropped()
    {
        var plan = AddressPlan.Make(null, 23123, ["10.1.0.0/16", "10.7.0.0/22", "10.7.1.0/24"], [Lo, Eth0]);
        Assert.Equal(["10.1.0.0/16", "10.7.0.0/22"], plan.Neighbourhood.Select(range => range.ToString()));
    }

    [Fact]
    public void A_range_that_cannot_be_read_is_quoted() =>
        Assert.Contains("'10.1.0.0'", Assert.Throws<ConfabException>(() => AddressPlan.Make(null, 23123, ["10.1.0.0"], [Eth0])).Message, StringComparison.Ordinal);
}
