using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Crux.Node.Confab;

namespace Crux.Node.Tests.Confab;

[Collection(nameof(MeasuredAlone))]
public sealed class UdpConfabTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData("127.66.101.1", "127.66.101.2", Reach.Proven)]
    [InlineData("127.66.101.1", "127.66.101.2", Reach.Unproven)]
    [InlineData("::1", "::1", Reach.Proven)]
    [InlineData("::1", "::1", Reach.Unproven)]
    public async Task A_datagram_arrives_with_the_one_address_of_its_sender(string hers, string his, Reach reach)
    {
        await using var alice = Open(hers);
        await using var bob = Open(his);
        alice.Send(bob.Address, "hello"u8, reach);
        var (from, bytes) = await ReceiveAsync(bob);
        Assert.Equal(alice.Address, from);
        Assert.Equal("hello"u8.ToArray(), bytes);

        // The answer to a guess comes back to the node, whichever socket the guess went through.
        bob.Send(from, "well met"u8, Reach.Proven);
        Assert.Equal("well met"u8.ToArray(), (await ReceiveAsync(alice)).Bytes);
    }

    [Fact]
    public async Task An_arrival_is_told_each_time_that_a_reader_went_away_empty()
    {
        await using var alice = Open("127.66.102.1");
        await using var bob = Open("127.66.102.2");
        using var told = new SemaphoreSlim(0);
        bob.OnArrival(() => told.Release());
        var buffer = new byte[64];
        for (var round = 0; round < 20; round++)
        {
            Assert.False(bob.TryReceive(buffer, out _, out _));
            alice.Send(bob.Address, "knock"u8, Reach.Proven);
            Assert.True(await told.WaitAsync(Patience, TestContext.Current.CancellationToken));
            Assert.True(bob.TryReceive(buffer, out _, out var length));
            Assert.Equal(5, length);
        }
    }

    [Fact]
    public async Task Sending_and_receiving_allocate_nothing()
    {
        await using var alice = Open("127.66.103.1");
        await using var bob = Open("127.66.103.2");
        var datagram = new byte[200];
        var buffer = new byte[2048];
        Pass(2_000);
        var watch = Stopwatch.StartNew();
        var before = GC.GetAllocatedBytesForCurrentThread();
        const int Datagrams = 50_000;
        Pass(Datagrams);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        TestContext.Current.SendDiagnosticMessage($"{Datagrams / watch.Elapsed.TotalSeconds:N0} datagrams a second, sent and received on one thread");
        Assert.Equal(0, allocated);

        void Pass(int count)
        {
            for (var i = 0; i < count; i++)
            {
                alice.Send(bob.Address, datagram, i % 8 == 0 ? Reach.Unproven : Reach.Proven);
                // On loopback a datagram has arrived when its send returns.
                Assert.True(bob.TryReceive(buffer, out _, out _));
            }
        }
    }

    [Fact]
    public async Task Waiting_for_each_datagram_allocates_nothing_that_grows()
    {
        await using var alice = Open("127.66.104.1");
        await using var bob = Open("127.66.104.2");
        using var told = new AutoResetEvent(false);
        bob.OnArrival(() => told.Set());
        var buffer = new byte[2048];
        Rounds(500);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        Rounds(2_000);
        Assert.InRange((GC.GetTotalAllocatedBytes(precise: true) - before) / 2_000, 0, 8);

        void Rounds(int count)
        {
            for (var i = 0; i < count; i++)
            {
                while (bob.TryReceive(buffer, out _, out _))
                {
                }
                alice.Send(bob.Address, "x"u8, Reach.Proven);
                Assert.True(told.WaitOne(Patience));
            }
        }
    }

    [Fact]
    public async Task A_taken_port_is_refused_with_what_to_do_even_by_one_who_would_share()
    {
        await using var first = Open("127.66.105.1");
        var error = Assert.Throws<ConfabException>(() => UdpConfab.Open(first.Address, []));
        Assert.Contains("is in use", error.Message, StringComparison.Ordinal);
        Assert.Contains("--port", error.Message, StringComparison.Ordinal);

        using var thief = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        thief.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        Assert.Throws<SocketException>(() => thief.Bind(first.Address.ToEndPoint()));
    }

    [Fact]
    public void An_address_of_another_machine_is_refused_with_what_to_do() =>
        Assert.Contains("--address", Assert.Throws<ConfabException>(() => UdpConfab.Open(NetAddress.V4(0x08080808, 23123), [])).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_peer_whose_port_is_closed_harms_nobody()
    {
        await using var alice = Open("127.66.106.1");
        await using var bob = Open("127.66.106.2");
        var gone = Open("127.66.106.3");
        await gone.DisposeAsync();
        for (var i = 0; i < 100; i++)
        {
            alice.Send(gone.Address, "anybody?"u8, Reach.Proven);
            alice.Send(gone.Address, "anybody?"u8, Reach.Unproven);
        }
        bob.Send(alice.Address, "I am"u8, Reach.Proven);
        Assert.Equal(bob.Address, (await ReceiveAsync(alice)).From);
    }

    [Fact]
    public async Task What_the_kernel_could_not_hold_is_counted()
    {
        await using var alice = Open("127.66.107.1");
        await using var bob = Open("127.66.107.2");
        var datagram = new byte[IConfab.MaxDatagramBytes];
        const int Flood = 5_000;
        for (var i = 0; i < Flood; i++)
            alice.Send(bob.Address, datagram, Reach.Proven);
        var buffer = new byte[2048];
        while (bob.TryReceive(buffer, out _, out var length))
            Assert.Equal(datagram.Length, length);
        var counters = bob.Counters;
        Assert.True(counters.DroppedInbound > 0);
        Assert.Equal(alice.Counters.DatagramsSent, counters.DatagramsReceived + counters.DroppedInbound);
    }

    [Fact]
    public async Task A_datagram_longer_than_the_buffer_is_cut_and_the_next_one_is_whole()
    {
        await using var alice = Open("127.66.108.1");
        await using var bob = Open("127.66.108.2");
        alice.Send(bob.Address, new byte[9_000], Reach.Proven);
        alice.Send(bob.Address, "whole"u8, Reach.Proven);
        alice.Send(bob.Address, [], Reach.Proven);
        Assert.Equal(64, (await ReceiveAsync(bob)).Bytes.Length);
        Assert.Equal(5, (await ReceiveAsync(bob)).Bytes.Length);
        Assert.Empty((await ReceiveAsync(bob)).Bytes);
    }

    [Fact]
    public async Task A_closed_confab_neither_sends_nor_tells()
    {
        var alice = Open("127.66.109.1");
        Assert.False(alice.TryReceive(new byte[64], out _, out _));
        await alice.DisposeAsync();
        Assert.False(alice.TryReceive(new byte[64], out _, out _));
    }

    private static UdpConfab Open(string address) => UdpConfab.Open(NetAddress.From(IPAddress.Parse(address), 0), []);

    private static async Task<(NetAddress From, byte[] Bytes)> ReceiveAsync(UdpConfab confab)
    {
        using var told = new SemaphoreSlim(0);
        confab.OnArrival(() => told.Release());
        var buffer = new byte[64];
        NetAddress from;
        int length;
        while (!confab.TryReceive(buffer, out from, out length))
            Assert.True(await told.WaitAsync(Patience, TestContext.Current.CancellationToken));
        return (from, buffer[..length]);
    }
}
