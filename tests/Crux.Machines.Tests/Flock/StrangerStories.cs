using Crux.Machines.Flock;
using Crux.Machines.Flock.Events;
using Crux.Machines.Flock.Keys;

namespace Crux.Machines.Tests.Flock;

public sealed class StrangerStories
{
    [Theory]
    [InlineData("secret")]
    [InlineData("bloc")]
    [InlineData("name")]
    public void Another_secret_bloc_or_name_never_comes_in(string difference)
    {
        var flock = new TestFlock(1);
        flock.Start(Enumerable.Range(1, 3));
        var stranger = difference switch
        {
            "secret" => flock.Start(9, secret: [.. Enumerable.Repeat((byte)9, 32)]),
            "bloc" => flock.Start(9, bloc: "elsewhere"),
            _ => flock.Start(9, flock: "others"),
        };
        flock.Run(TimeSpan.FromSeconds(20));
        Assert.Single(stranger.View.Members);
        Assert.All(flock.Nodes.Take(3), node => Assert.Equal(3, node.View.Members.Length));
        Assert.True(flock.Nodes[0].Machine.Counters.Rejected(RejectReason.ForeignFlock) > 0);
        Assert.InRange(flock.Nodes[0].Events.Count(entry => entry.News is DatagramRejected), 1, 5);
    }

    [Fact]
    public void One_seed_gives_one_history()
    {
        static List<byte[]> History(ulong seed)
        {
            var sent = new List<byte[]>();
            var flock = new TestFlock(seed) { Loss = 0.1 };
            flock.Sniffer = (_, _, bytes) => sent.Add(bytes);
            flock.Start(Enumerable.Range(1, 10));
            flock.Run(TimeSpan.FromSeconds(4));
            flock.Nodes[3].IsDead = true;
            flock.Run(TimeSpan.FromSeconds(6));
            return sent;
        }

        Assert.Equal(History(7), History(7));
        Assert.NotEqual(History(7).Count, History(8).Count);
    }

    [Fact]
    public void Options_that_cannot_work_are_refused_with_what_would()
    {
        var flock = new TestFlock(1) { Options = new FlockOptions { BeatPeriod = TimeSpan.FromSeconds(2) } };
        Assert.Contains("at least two beat periods", Assert.Throws<ArgumentException>(() => flock.Start(1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_flock_with_real_keys_forms_and_agrees()
    {
        using var signers = new P256SignerSource();
        var flock = new TestFlock(1) { Signers = signers };
        flock.Start(Enumerable.Range(1, 5));
        Assert.True(flock.RunUntil(flock.IsAtOne, TimeSpan.FromSeconds(3)), DiscoveryStories.Describe(flock));
        Assert.All(flock.Nodes, node => Assert.All(node.View.Members, member => Assert.StartsWith("node", member.Name, StringComparison.Ordinal)));
        flock.Nodes[2].IsDead = true;
        Assert.True(flock.RunUntil(flock.IsAtOne, TimeSpan.FromSeconds(6)), DiscoveryStories.Describe(flock));
    }

    [Fact]
    public void Who_names_an_id_without_its_key_is_not_let_in()
    {
        var flock = new TestFlock(1) { Signers = new ForgingSignerSource(forger: 3) };
        flock.Start(Enumerable.Range(1, 3));
        flock.Run(TimeSpan.FromSeconds(10));
        Assert.Equal(2, flock.Nodes[0].View.Members.Length);
        Assert.Equal(2, flock.Nodes[1].View.Members.Length);
        Assert.True(flock.Nodes[0].Machine.Counters.Rejected(RejectReason.Malformed) > 0);
    }

    [Fact]
    public void Real_keys_sign_and_verify()
    {
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        using var signer = new P256NodeSigner(key);
        var signature = new byte[INodeSigner.SignatureBytes];
        signer.Sign("message"u8, signature);
        Assert.True(signer.Verify(signer.PublicKey.Span, "message"u8, signature));
        Assert.False(signer.Verify(signer.PublicKey.Span, "massage"u8, signature));
        Assert.False(signer.Verify([1, 2, 3], "message"u8, signature));
        Assert.False(signer.Verify(signer.PublicKey.Span, "message"u8, [1, 2]));
    }

    [Fact]
    public void At_rest_a_node_sends_some_hundred_bytes_a_second()
    {
        var flock = DepartureStories.Settled(30, 1);
        flock.Run(TimeSpan.FromSeconds(20));
        var bytes = 0L;
        flock.Sniffer = (_, _, datagram) => bytes += datagram.Length + 28;
        flock.Run(TimeSpan.FromSeconds(60));
        var perNode = bytes / 30.0 / 60;
        TestContext.Current.TestOutputHelper?.WriteLine($"{perNode:F0} B/s per node with IP and UDP headers");
        Assert.InRange(perNode, 100, 400);
    }

    [Fact]
    public void A_hundred_nodes_run_far_faster_than_real_time()
    {
        var flock = new TestFlock(1);
        flock.Start(Enumerable.Range(1, 100));
        var clock = System.Diagnostics.Stopwatch.StartNew();
        Assert.True(flock.RunUntil(flock.IsAtOne, TimeSpan.FromSeconds(10)), DiscoveryStories.Describe(flock));
        var start = clock.Elapsed;
        flock.Run(TimeSpan.FromSeconds(60));
        TestContext.Current.TestOutputHelper?.WriteLine($"cold start {start.TotalSeconds:F2} s; 60 s at rest in {(clock.Elapsed - start).TotalSeconds:F2} s");
        Assert.True(flock.IsAtOne());
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30));
    }
}
