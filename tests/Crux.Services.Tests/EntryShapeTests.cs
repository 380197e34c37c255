using Crux.Machines.Registry;
using Crux.Protos;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Crux.Services.Tests;

public sealed class EntryShapeTests
{
    private static readonly ServiceEntry Full = new()
    {
        Node = new NodeId(ulong.MaxValue, 7),
        InstanceId = "0f8fad5b-d9cb-469f-a165-70867728950e",
        Group = "demo",
        Instance = InstanceName.Parse("my_service_3.1-rc"),
        Address = NetAddress.TryParse("[fe80::1]:4000", out var address) ? address : default,
        NodeName = "node-1.rack_2",
        Incarnation = uint.MaxValue,
        KeyHash = new KeyHash(1, 2, 3, ulong.MaxValue),
        Status = ServiceStatus.Degraded,
        StatusReason = "slow: 12 ms; ümlaut",
        IssuedUnixMs = 1,
        ValidFor = TimeSpan.FromTicks(123_456_789),
        Labels = LabelSet.From([new("b", "2"), new("a", "1")]),
        Artifact = "sha256:00",
        Token = new GroupToken(1, 2, 3),
    };

    [Fact]
    public void An_entry_comes_back_from_the_wire_as_it_was_so_that_digests_agree()
    {
        var wire = Entry.Parser.ParseFrom(EntryShape.ToProto(Full).ToByteArray());

        Assert.True(EntryShape.TryRead(wire, out var read));
        Assert.Equal(Full, read);
        Assert.Equal(Full.Fingerprint(), read.Fingerprint());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Whatever_a_peer_sends_is_read_or_left_out_and_never_thrown(int seed)
    {
        var random = new Random(seed);
        var good = new Protos.ReeveReport { Snapshot = new Snapshot { Entries = { EntryShape.ToProto(Full) }, Sequence = 1 } }.ToByteArray();
        for (var i = 0; i < 50_000; i++)
        {
            var bytes = good.ToArray();
            for (var flips = random.Next(1, 6); flips > 0; flips--)
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            Protos.ReeveReport report;
            try
            {
                report = Protos.ReeveReport.Parser.ParseFrom(bytes, 0, random.Next(2) == 0 ? bytes.Length : random.Next(bytes.Length));
            }
            catch (InvalidProtocolBufferException)
            {
                continue;
            }
            if (StewardShape.TryRead(report, out var read, out _) && read is SnapshotReport { Entries: [var entry] })
                _ = EntryShape.ToProto(entry);
        }
    }

    [Fact]
    public void Durations_beyond_all_reason_are_clamped()
    {
        var message = EntryShape.ToProto(Full);
        message.ValidFor = new Duration { Seconds = long.MaxValue, Nanos = int.MaxValue };
        Assert.True(EntryShape.TryRead(message, out var read));
        Assert.Equal(TimeSpan.FromMinutes(10), read.ValidFor);
        message.ValidFor = new Duration { Seconds = long.MinValue, Nanos = int.MinValue };
        Assert.True(EntryShape.TryRead(message, out read));
        Assert.Equal(TimeSpan.Zero, read.ValidFor);
    }
}
