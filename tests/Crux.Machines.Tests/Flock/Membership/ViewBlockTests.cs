using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Tests.Flock.Membership;

/// <summary>A block beside an array with a record in each slot that goes through the same.</summary>
public sealed class ViewBlockTests
{
    private const int Steps = 3_000;

    private static readonly BlockId Id = BlockId.Of(NetAddress.V4(0x0A01_0200, 23123));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_is_set_and_removed_it_holds_what_an_array_of_records_holds(ulong seed)
    {
        var random = new SeededRandom(seed);
        var block = new ViewBlock(Id);
        var model = new MemberRecord?[BlockId.Slots];
        for (var step = 0; step < Steps; step++)
        {
            var slot = random.Next(BlockId.Slots);
            // Fills up in the first half, so that it grows to all 256; then it empties.
            if (random.Next(4) != 0 == step < Steps / 2)
            {
                var record = new MemberRecord(Id.Slot((byte)slot), (uint)random.Next(5), (RecordStatus)random.Next(4), random.NextUInt64());
                block.Set(record);
                model[slot] = record;
            }
            else if (model[slot] is not null)
            {
                block.Remove(slot);
                model[slot] = null;
            }
            Same(model, block);
        }
    }

    [Fact]
    public void All_256_slots_fit_and_the_way_there_leaves_no_trace()
    {
        var random = new SeededRandom(4);
        var (up, down) = (new ViewBlock(Id), new ViewBlock(Id));
        var model = new MemberRecord?[BlockId.Slots];
        for (var slot = 0; slot < BlockId.Slots; slot++)
            model[slot] = new MemberRecord(Id.Slot((byte)slot), 1, RecordStatus.Alive, random.NextUInt64());
        for (var slot = 0; slot < BlockId.Slots; slot++)
        {
            up.Set(model[slot]!.Value);
            down.Set(model[BlockId.Slots - 1 - slot]!.Value);
        }
        Same(model, up);
        Same(model, down);
        for (var slot = 0; slot < BlockId.Slots; slot++)
            up.Remove(slot);
        Assert.Equal((0, 0ul), (up.HeldCount, up.Hash));
    }

    private static void Same(MemberRecord?[] model, ViewBlock block)
    {
        var hash = 0ul;
        for (var slot = 0; slot < BlockId.Slots; slot++)
        {
            var expected = model[slot];
            MemberRecord? held = block.TryGet(slot, out var record) ? record : null;
            if (held != expected || block.Held.Has(slot) != expected is not null
                || block.Live.Has(slot) != expected is { IsLive: true } || block.Reachable.Has(slot) != expected is { Status: RecordStatus.Alive })
                Assert.Fail($"Slot {slot} holds {held}; the model {expected}.");
            if (expected is { IsLive: true } live)
                hash += live.Hash;
        }
        Assert.Equal(hash, block.Hash);
        Assert.Equal(
            (model.Count(record => record is not null), model.Count(record => record is { IsLive: true }), model.Count(record => record is { Status: RecordStatus.Alive })),
            (block.HeldCount, block.LiveCount, block.ReachableCount));
        Assert.Equal((block.HeldCount, block.LiveCount, block.ReachableCount), (block.Held.Count, block.Live.Count, block.Reachable.Count));
    }
}
