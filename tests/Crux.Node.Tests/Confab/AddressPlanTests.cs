using System.Net;
using Crux.Machines.Flock;
using Crux.Node.Confab;

namespace Crux.Node.Tests.Confab;

public sealed class AddressPlanTests
{
    private static readonly LocalInterface Lo = Of("lo", "127.0.0.1", 8, isLoopback: true);
    private static readonly LocalInterface Eth0 = Of("eth0", "10.1.5.3", 24);
    private static readonly LocalInterface Eth1 = Of("eth1", "10.2.5.3", 16);
    private static readonly LocalInterface LinkLocal = Of("eth2", "169.254.1.1", 16);
    private static readonly LocalInterface Lo6 = Of("lo", "::1", 128, isLoopback: true);
    private static readonly LocalInterface Eth6 = Of("eth0", "fd00:1::5:3", 64);
    private static readonly LocalInterface LinkLocal6 = Of("eth0", "fe80::5:3", 64);

    [Fact]
    public void The_one_address_that_others_can_reach_is_taken()
    {
        var plan = AddressPlan.Make(null, 23123, [], [], [Lo, LinkLocal, Eth0]);
        Assert.Equal("10.1.5.3:23123", plan.Address.ToString());
        Assert.Equal("10.1.5.0/24", Assert.Single(plan.Neighbourhood).ToString());
    }

    [Fact]
    public void A_wide_prefix_is_narrowed_to_a_22()
    {
        var plan = AddressPlan.Make("10.2.5.3", 23123, [], [], [Lo, Eth0, Eth1]);
        Assert.Equal("10.2.4.0/22", Assert.Single(plan.Neighbourhood).ToString());
    }

    [Fact]
    public void Several_addresses_are_named_with_the_option_that_chooses()
    {
        var error = Assert.Throws<ConfabException>(() => AddressPlan.Make(null, 23123, [], [], [Lo, Eth0, Eth1]));
        Assert.Contains("eth0 10.1.5.3/24, eth1 10.2.5.3/16", error.Message, StringComparison.Ordinal);
        Assert.Contains("--address", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_address_at_all_says_what_to_do() =>
        Assert.Contains("--address", Assert.Throws<ConfabException>(() => AddressPlan.Make(null, 23123, [], [], [Lo, LinkLocal])).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("10.9.9.9")]
    [InlineData("nonsense")]
    [InlineData("fe80::1")]
    [InlineData("::ffff:10.1.5.3")]
    [InlineData("fd00:1::7")]
    public void An_address_that_is_not_ours_is_refused_with_those_that_are(string address) =>
        Assert.Contains("eth0 10.1.5.3/24", Assert.Throws<ConfabException>(() => AddressPlan.Make(address, 23123, [], [], [Lo, Eth0])).Message, StringComparison.Ordinal);

    [Fact]
    public void Every_loopback_address_is_ours()
    {
        var plan = AddressPlan.Make("127.66.0.7", 23123, [], [], [Lo]);
        Assert.Equal("127.66.0.7:23123", plan.Address.ToString());
        Assert.Equal("127.66.0.0/22", Assert.Single(plan.Neighbourhood).ToString());
    }

    [Fact]
    public void A_machine_of_ipv6_alone_has_its_one_address_there_and_looks_at_a_thousand_around_it()
    {
        var plan = AddressPlan.Make(null, 23123, [], [], [Lo, Lo6, LinkLocal, LinkLocal6, Eth6]);
        Assert.Equal("[fd00:1::5:3]:23123", plan.Address.ToString());
        Assert.Equal("fd00:1::5:0/118", Assert.Single(plan.Neighbourhood).ToString());
    }

    [Fact]
    public void A_machine_with_both_speaks_ipv4_unless_it_is_told_otherwise()
    {
        Assert.Equal("10.1.5.3:23123", AddressPlan.Make(null, 23123, [], [], [Lo, Lo6, Eth6, LinkLocal6, Eth0]).Address.ToString());
        Assert.Equal("[fd00:1::5:3]:23123", AddressPlan.Make("fd00:1::5:3", 23123, [], [], [Lo, Lo6, Eth6, LinkLocal6, Eth0]).Address.ToString());
    }

    [Fact]
    public void A_single_address_of_dhcpv6_has_neighbours_all_the_same()
    {
        Assert.Equal("fd00:1::5:0/118", Assert.Single(AddressPlan.Make(null, 23123, [], [], [Lo6, Eth6 with { PrefixLength = 128 }]).Neighbourhood).ToString());
        Assert.Equal("::1/128", Assert.Single(AddressPlan.Make("::1", 23123, [], [], [Lo6, Eth6]).Neighbourhood).ToString());
    }

    [Fact]
    public void Ranges_and_contacts_are_of_the_own_address_family()
    {
        var plan = AddressPlan.Make(null, 23123, ["fd00:1::/108", "fd00:2::/118"], ["[fd00:9::7]:4000", "fd00:9::8", "fd00:2::9"], [Lo6, Eth6]);
        Assert.Equal(["fd00:1::/108", "fd00:2::/118"], plan.Neighbourhood.Select(range => range.ToString()));
        Assert.Equal(["[fd00:9::7]:4000", "[fd00:9::8]:23123"], plan.Contacts.Select(contact => contact.ToString()));
        foreach (var make in (Action[])[() => AddressPlan.Make(null, 23123, ["10.7.0.0/22"], [], [Eth6]), () => AddressPlan.Make(null, 23123, ["fd00:7::/118"], [], [Eth0]), () => AddressPlan.Make(null, 23123, [], ["10.7.0.1"], [Eth6])])
            Assert.Contains("a flock speaks one of the two", Assert.Throws<ConfabException>(make).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_of_one_link_is_refused_though_it_is_this_machines_own() =>
        Assert.Contains("eth0 fd00:1::5:3/64", Assert.Throws<ConfabException>(() => AddressPlan.Make("fe80::5:3", 23123, [], [], [LinkLocal6, Eth6])).Message, StringComparison.Ordinal);

    [Fact]
    public void Ranges_are_added_and_those_within_another_are_dropped()
    {
        var plan = AddressPlan.Make(null, 23123, ["10.1.0.0/16", "10.7.0.0/22", "10.7.1.0/24"], [], [Lo, Eth0]);
        Assert.Equal(["10.1.0.0/16", "10.7.0.0/22"], plan.Neighbourhood.Select(range => range.ToString()));
    }

    [Fact]
    public void A_range_that_cannot_be_read_is_quoted() =>
        Assert.Contains("'10.1.0.0'", Assert.Throws<ConfabException>(() => AddressPlan.Make(null, 23123, ["10.1.0.0"], [], [Eth0])).Message, StringComparison.Ordinal);

    [Fact]
    public void Contacts_are_what_the_ranges_do_not_hold_each_once_and_never_the_own_address()
    {
        string[] contacts = ["10.9.0.7", "10.1.5.3", "10.1.5.8", "10.9.0.7:23123", "10.1.5.8:4000", "10.1.5.3:4000"];
        var plan = AddressPlan.Make(null, 23123, [], contacts, [Lo, Eth0]);
        Assert.Equal(["10.1.5.3:4000", "10.1.5.8:4000", "10.9.0.7:23123"], plan.Contacts.Select(contact => contact.ToString()));
    }

    [Theory]
    [InlineData("mill7", "10.1.0.7:23123")]
    [InlineData("", "10.1.0.7:23123")]
    [InlineData("23123", "10.1.0.7:23123")]
    [InlineData("10.1", "10.1.0.7:23123")]
    [InlineData("10.1.0.0/22", "10.1.0.7:23123")]
    [InlineData("10.1.0.7:65536", "10.1.0.7:23123")]
    [InlineData("0.0.0.0", "one machine")]
    [InlineData("239.1.1.1", "one machine")]
    [InlineData("255.255.255.255:1", "one machine")]
    [InlineData("::", "one machine")]
    [InlineData("ff02::1", "one machine")]
    [InlineData("fe80::1", "of one link")]
    [InlineData("fd00:1::7%2", "of one link")]
    [InlineData("::ffff:10.1.0.7", "in the form of one")]
    [InlineData("[2001:db8::1]:23123", "a flock speaks one of the two")]
    public void A_contact_that_is_no_address_of_one_machine_is_quoted_with_what_is_allowed(string contact, string words)
    {
        var error = Assert.Throws<ConfabException>(() => AddressPlan.Make(null, 23123, [], [contact], [Eth0])).Message;
        Assert.Contains($"'{contact}'", error, StringComparison.Ordinal);
        Assert.Contains(words, error, StringComparison.Ordinal);
        Assert.Contains("--contact", error, StringComparison.Ordinal);
    }

    [Fact]
    public void As_many_contacts_as_the_flock_takes_and_not_one_more()
    {
        var most = Enumerable.Range(1, FlockOptions.MaxContacts).Select(number => $"10.9.{number >> 8}.{number & 255}").ToList();
        Assert.Equal(most.Count, AddressPlan.Make(null, 23123, [], [.. most, .. most], [Eth0]).Contacts.Count);
        var error = Assert.Throws<ConfabException>(() => AddressPlan.Make(null, 23123, [], [.. most, "10.8.0.1"], [Eth0]));
        Assert.Contains("at most 1024", error.Message, StringComparison.Ordinal);
    }

    private static LocalInterface Of(string card, string address, int prefixLength, bool isLoopback = false) =>
        new(card, NetAddress.From(IPAddress.Parse(address), 0), prefixLength, isLoopback);
}
