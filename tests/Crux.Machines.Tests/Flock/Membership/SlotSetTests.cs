using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Tests.Flock.Membership;

/// <summary>A set of slots beside an array of truths that goes through the same: whatever is asked, both must say the same.</summary>
public sealed class SlotSetTests
{
    private const int Steps = 2_000;

    // Where one word of the bitmap ends and the next begins, and the ends of all.
    private static readonly int[] Edges = [0, 1, 62, 63, 64, 65, 127, 128, 191, 192, 254, 255];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_is_added_and_removed_it_answers_as_an_array_of_truths(ulong seed)
    {
        var random = new SeededRandom(seed);
        var set = default(SlotSet);
        var model = new bool[BlockId.Slots];
        for (var step = 0; step < Steps; step++)
        {
            // Fills up in the first half, and empties in the second.
            var isAdded = random.Next(4) != 0 == step < Steps / 2;
            var slot = Slot(random);
            model[slot] = isAdded;
            if (isAdded)
                set.Add(slot);
            else
                set.Remove(slot);
            Same(model, set);
        }
    }

    [Fact]
    public void Empty_and_full_are_no_exceptions()
    {
        var set = default(SlotSet);
        var model = new bool[BlockId.Slots];
        Same(model, set);
        for (var slot = 0; slot < BlockId.Slots; slot++)
            set.Add(slot);
        Array.Fill(model, true);
        Same(model, set);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public void What_is_in_one_and_not_in_the_other_and_whether_they_are_equal(ulong seed)
    {
        var random = new SeededRandom(seed);
        for (var round = 0; round < Steps; round++)
        {
            var (one, oneModel) = Some(random);
            var (other, otherModel) = Some(random);
            var rest = oneModel.Zip(otherModel, (inOne, inOther) => inOne && !inOther).ToArray();
            Same(rest, one.Without(other));
            Same(oneModel.Zip(otherModel, (inOne, inOther) => inOne && inOther).ToArray(), one.And(other));
            Assert.Equal(oneModel.AsSpan().SequenceEqual(otherModel), one.Equals(other));
            var copy = one;
            Assert.True(copy.Equals(one));
            var slot = Slot(random);
            if (oneModel[slot])
                copy.Remove(slot);
            else
                copy.Add(slot);
            Assert.False(copy.Equals(one));
        }
    }

    [Fact]
    public void It_is_read_as_it_was_written_in_32_bytes()
    {
        var random = new SeededRandom(6);
        var bytes = new byte[SlotSet.SizeBytes];
        for (var round = 0; round < Steps; round++)
        {
            var (set, model) = Some(random);
            var writer = new WireWriter(bytes);
            set.Write(ref writer);
            Assert.Equal(0, writer.Room);
            // Eight bytes for 64 slots, the last slot's bit first.
            Assert.Equal(model, Enumerable.Range(0, BlockId.Slots).Select(slot => (bytes[(slot >> 6 << 3) + 7 - ((slot & 63) >> 3)] >> (slot & 7) & 1) != 0));
            var reader = new WireReader(bytes);
            var read = SlotSet.Read(ref reader);
            Assert.True(reader is { AtEnd: true, Failed: false });
            Same(model, read);
        }
    }

    private static (SlotSet Set, bool[] Model) Some(SeededRandom random)
    {
        var (set, model) = (default(SlotSet), new bool[BlockId.Slots]);
        for (var count = random.Next(8) == 0 ? random.Next(BlockId.Slots) : random.Next(4); count > 0; count--)
        {
            var slot = Slot(random);
            set.Add(slot);
            model[slot] = true;
        }
        return (set, model);
    }

    private static int Slot(SeededRandom random) => random.Next(4) == 0 ? Edges[random.Next(Edges.Length)] : random.Next(BlockId.Slots);

    private static void Same(bool[] model, SlotSet set)
    {
        var rank = 0;
        for (var slot = 0; slot < BlockId.Slots; slot++)
        {
            if (model[slot] != set.Has(slot) || set.Rank(slot) != rank || set.Next(slot) != Array.IndexOf(model, true, slot) || (model[slot] && set.At(rank) != slot))
                Assert.Fail($"Slot {slot}: has {set.Has(slot)}, rank {set.Rank(slot)}, next {set.Next(slot)}; the model has {model[slot]}, {rank}, {Array.IndexOf(model, true, slot)}.");
            rank += model[slot] ? 1 : 0;
        }
        Assert.Equal(rank, set.Count);
        Assert.Equal(rank == 0, set.IsEmpty);
        Assert.Equal(-1, set.Next(BlockId.Slots));
        Assert.Equal(-1, set.At(rank));
    }
}
