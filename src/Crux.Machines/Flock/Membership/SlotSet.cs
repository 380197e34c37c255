using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Crux.Machines.Flock.Codec;

namespace Crux.Machines.Flock.Membership;

/// <summary>Which of a block's 256 slots: a bitmap.</summary>
[InlineArray(Words)]
internal struct SlotSet
{
    public const int SizeBytes = BlockId.Slots / 8;

    public const int Words = 4;

    private ulong _first;

    public readonly bool IsEmpty => Bits == Vector256<ulong>.Zero;

    public readonly int Count =>
        BitOperations.PopCount(this[0]) + BitOperations.PopCount(this[1]) + BitOperations.PopCount(this[2]) + BitOperations.PopCount(this[3]);

    public static SlotSet Read(ref WireReader reader)
    {
        var set = default(SlotSet);
        for (var word = 0; word < Words; word++)
            set[word] = reader.UInt64();
        return set;
    }

    public readonly void Write(ref WireWriter writer)
    {
        for (var word = 0; word < Words; word++)
            writer.UInt64(this[word]);
    }

    public readonly bool Has(int slot) => (this[slot >> 6] >> (slot & 63) & 1) != 0;

    public void Add(int slot) => this[slot >> 6] |= 1UL << (slot & 63);

    public void Add(in SlotSet other) => this = Of(Bits | other.Bits);

    public void Remove(int slot) => this[slot >> 6] &= ~(1UL << (slot & 63));

    /// <summary>How many of the set's slots come before this one.</summary>
    public readonly int Rank(int slot)
    {
        var rank = BitOperations.PopCount(this[slot >> 6] & ((1UL << (slot & 63)) - 1));
        for (var word = 0; word < slot >> 6; word++)
            rank += BitOperations.PopCount(this[word]);
        return rank;
    }

    /// <summary>The first of the set's slots from this one on; -1 after the last.</summary>
    public readonly int Next(int slot)
    {
        if (slot >= BlockId.Slots)
            return -1;
        var bits = this[slot >> 6] >> (slot & 63) << (slot & 63);
        for (var word = slot >> 6; ; bits = this[word])
        {
            if (bits != 0)
                return (word << 6) + BitOperations.TrailingZeroCount(bits);
            if (++word == Words)
                return -1;
        }
    }

    /// <summary>The set's slot that has <paramref name="rank"/> before it.</summary>
    public readonly int At(int rank)
    {
        var word = 0;
        for (int count; rank >= (count = BitOperations.PopCount(this[word])); rank -= count)
        {
            if (++word == Words)
                return -1;
        }
        var bits = this[word];
        for (; rank > 0; rank--)
            bits &= bits - 1;
        return (word << 6) + BitOperations.TrailingZeroCount(bits);
    }

    /// <summary>What is in this set and not in the other.</summary>
    public readonly SlotSet Without(in SlotSet other) => Of(Vector256.AndNot(Bits, other.Bits));

    /// <summary>What is in both.</summary>
    public readonly SlotSet And(in SlotSet other) => Of(Bits & other.Bits);

    /// <summary>The first so many of the set's slots.</summary>
    public readonly SlotSet First(int count)
    {
        var (first, rest) = (this, this);
        for (var slot = Next(0); slot >= 0 && count > 0; slot = Next(slot + 1), count--)
            rest.Remove(slot);
        return first.Without(rest);
    }

    public readonly bool Equals(in SlotSet other) => Bits == other.Bits;

    private readonly Vector256<ulong> Bits => Unsafe.BitCast<SlotSet, Vector256<ulong>>(this);

    private static SlotSet Of(Vector256<ulong> bits) => Unsafe.BitCast<Vector256<ulong>, SlotSet>(bits);
}
