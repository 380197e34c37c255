using Crux.Machines.Flock;
using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Election;
using Crux.Machines.Flock.Gossip;
using Crux.Machines.Flock.Keys;
using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Tests.Flock.Codec;

public sealed class RoundTrips
{
    private readonly SeededRandom _random = new(42);

    [Fact]
    public void A_frame_header_reads_back_as_written()
    {
        var bytes = new byte[FrameHeader.SizeBytes];
        for (var i = 0; i < 1_000; i++)
        {
            var header = new FrameHeader(
                1, (byte)_random.Next(2), (ushort)_random.NextUInt64(), (ushort)_random.NextUInt64(), _random.NextUInt64(), _random.NextUInt64() & FrameHeader.MaxCounter);
            header.Write(bytes);
            Assert.Equal(header, FrameHeader.Read(bytes));
        }
    }

    [Fact]
    public void The_overhead_of_a_frame_is_36_bytes() => Assert.Equal(36, FrameHeader.OverheadBytes);

    [Fact]
    public void Fields_read_back_as_written()
    {
        var bytes = new byte[200];
        for (var i = 0; i < 1_000; i++)
        {
            var (varint, id, address) = (_random.NextUInt64() >> (30 + _random.Next(34)), RandomId(), RandomAddress());
            var writer = new WireWriter(bytes);
            writer.Varint(varint);
            writer.Id(id);
            writer.Address(address);
            writer.Text("Grüße");
            var reader = new WireReader(writer.Written);
            Assert.Equal(varint, reader.Varint());
            Assert.Equal(id, reader.Id());
            Assert.Equal(address, reader.Address());
            Assert.Equal("Grüße", reader.Text(64));
            Assert.True(reader.AtEnd && !reader.Failed);
        }
    }

    [Fact]
    public void Records_read_back_as_written()
    {
        var bytes = new byte[200];
        for (var i = 0; i < 1_000; i++)
        {
            var record = RandomRecord(RandomAddress());
            var writer = new WireWriter(bytes);
            RecordCodec.WriteLone(ref writer, record);
            Assert.True(writer.Length <= RecordCodec.MaxLoneRecordBytes);
            var reader = new WireReader(writer.Written);
            Assert.Equal(record, RecordCodec.ReadLone(ref reader));
            Assert.True(reader.AtEnd && !reader.Failed);
        }
    }

    [Fact]
    public void Gossip_reads_back_as_written_over_several_blocks()
    {
        var view = new ViewTable(1_000);
        var addresses = new List<NetAddress>();
        for (var i = 0; i < 40; i++)
        {
            var record = RandomRecord(NetAddress.V4(0x0A000000 | (uint)_random.Next(1 << 10), (ushort)(23123 + _random.Next(2))));
            if (view.Put(record, Instant.Zero))
                addresses.Add(record.Address);
        }
        addresses = [.. addresses.Distinct()];
        addresses.Sort(BlockId.Order);
        var signer = HashSigner.For(1);
        var claim = new LeaderClaim(RandomId(), RandomAddress(), 3, 7, 12, 2).Signed(signer);

        var writer = new WireWriter(new byte[FrameHeader.MaxPayloadBytes * 2]);
        var cursor = default(BlockCursor);
        GossipCodec.WriteHead(ref writer, [claim]);
        foreach (var block in view.Blocks)
        {
            var slots = block.Held;
            RecordSection.Write(ref writer, ref cursor, block, ref slots, hops: 0);
            Assert.True(slots.IsEmpty);
        }
        RecordSection.WriteOne(ref writer, ref cursor, view.Find(addresses[0])!.Record, hops: 5);

        var reader = new WireReader(writer.Written);
        var claims = new List<LeaderClaim>();
        GossipCodec.ReadClaims(ref reader, claims);
        Assert.Equal([claim.Digest], claims.Select(read => read.Digest));
        Assert.True(GossipCodec.AreSections(reader));
        Assert.Equal(addresses.Select(address => (view.Find(address)!.Record, 0)).Append((view.Find(addresses[0])!.Record, 5)), RecordsIn(ref reader));
    }

    [Theory]
    [InlineData(14)]
    [InlineData(15)]
    [InlineData(40)]
    [InlineData(256)]
    public void A_section_cut_by_the_end_of_a_datagram_goes_on_in_the_next_one(int members)
    {
        var block = new ViewBlock(BlockId.Of(NetAddress.V4(0x0A000100, 23123)));
        for (var i = 0; i < members; i++)
            block.Set(new MemberRecord(block.Id.Slot((byte)(i * 7)), members == 40 ? (uint)i + 1 : 1, RecordStatus.Alive, _random.NextUInt64()));
        var (left, read) = (block.Held, new List<(MemberRecord Record, int Hops)>());
        while (!left.IsEmpty)
        {
            var writer = new WireWriter(new byte[GossipCodec.RoomForRecord + _random.Next(400)]);
            var cursor = default(BlockCursor);
            RecordSection.Write(ref writer, ref cursor, block, ref left, hops: 3);
            var reader = new WireReader(writer.Written);
            Assert.True(GossipCodec.AreSections(reader));
            read.AddRange(RecordsIn(ref reader));
            Assert.False(GossipCodec.AreSections(new WireReader(writer.Written[..^1])));
        }
        Assert.Equal(Enumerable.Range(0, BlockId.Slots).Where(slot => block.Held.Has(slot)).Select(slot => (block[slot], 3)), read.OrderBy(entry => BlockId.SlotOf(entry.Record.Address)));
    }

    private static List<(MemberRecord Record, int Hops)> RecordsIn(ref WireReader reader)
    {
        var records = new List<(MemberRecord Record, int Hops)>();
        var cursor = default(BlockCursor);
        while (!reader.AtEnd)
        {
            var section = RecordSection.Read(ref reader, ref cursor);
            while (section.Next(out var slot, out var life))
                records.Add((new MemberRecord(section.Block.Slot((byte)slot), life.Incarnation, life.Status, life.Salt), section.Hops));
        }
        return records;
    }

    [Fact]
    public void A_blob_reads_back_as_signed_and_any_changed_byte_shows()
    {
        var signer = HashSigner.For(5);
        var self = new FlockSelf { Name = "node5", Address = RandomAddress(), PublicKey = signer.PublicKey, BootSecret = new byte[32], Rack = "r7", Version = "1.2" };
        var blob = NodeBlob.Sign(self, signer, 7);
        Assert.True(NodeBlob.TryRead(blob.Raw, out var read));
        Assert.True(read.IsSignedRight(signer));
        Assert.Equal((self.Name, self.Id, self.Address, SaltOf(self), "r7", "1.2"), (read.Name, read.Id, read.Address, read.Salt, read.Rack, read.Version));
        for (var i = 0; i < blob.Raw.Length; i++)
        {
            var changed = blob.Raw.ToArray();
            changed[i] ^= 1;
            Assert.False(NodeBlob.TryRead(changed, out var forged) && forged.IsSignedRight(signer), $"byte {i}");
        }
    }

    [Fact]
    public void The_longest_blob_fits_its_limit()
    {
        var signer = HashSigner.For(5);
        var self = new FlockSelf
        {
            Name = new string('n', NameRules.MaxLength), Address = new NetAddress(1, 2, 3), PublicKey = signer.PublicKey, BootSecret = new byte[32],
            Rack = new string('r', NodeBlob.MaxRackBytes), Version = new string('v', NodeBlob.MaxVersionBytes),
        };
        Assert.True(NodeBlob.Sign(self, signer, uint.MaxValue).Raw.Length <= NodeBlob.MaxBytes);
    }

    [Theory]
    [InlineData("bad name")]
    [InlineData("")]
    public void A_name_that_breaks_the_rule_is_refused_with_the_rule(string name)
    {
        var signer = HashSigner.For(5);
        var self = new FlockSelf { Name = name, Address = RandomAddress(), PublicKey = signer.PublicKey, BootSecret = new byte[32] };
        Assert.Contains(NameRules.InWords, Assert.Throws<ArgumentException>(() => NodeBlob.Sign(self, signer, 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_with_control_characters_is_refused()
    {
        var reader = new WireReader([3, (byte)'a', 27, (byte)'b']);
        reader.Text(64);
        Assert.True(reader.Failed);
    }

    private static ulong SaltOf(FlockSelf self)
    {
        var nonce = new byte[BootSalt.NonceBytes];
        BootSalt.NonceOf(self.BootSecret.Span, nonce);
        return BootSalt.Of(self.Id, self.Address, nonce);
    }

    private NodeId RandomId() => new(_random.NextUInt64(), _random.NextUInt64());

    private NetAddress RandomAddress() => _random.Next(2) == 0
        ? NetAddress.V4((uint)_random.NextUInt64(), (ushort)_random.NextUInt64())
        : new NetAddress(_random.NextUInt64(), _random.NextUInt64(), (ushort)_random.NextUInt64());

    private MemberRecord RandomRecord(NetAddress address) =>
        new(address, (uint)(_random.NextUInt64() >> _random.Next(64)), (RecordStatus)_random.Next(4), _random.NextUInt64());
}
