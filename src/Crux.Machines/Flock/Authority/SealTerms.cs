using Crux.Machines.Flock.Codec;

namespace Crux.Machines.Flock.Authority;

/// <summary>What an order to seal asks for first: so many members, or none but the one that is asked.</summary>
/// <param name="Expect">Members that must be in a settled view; 1 where the node is to be sealed alone.</param>
/// <param name="IsSolo">Exactly one, not at least one.</param>
public readonly record struct SealTerms(uint Expect, bool IsSolo)
{
    /// <summary>The payload of an order to seal.</summary>
    public byte[] ToPayload()
    {
        var payload = new byte[5];
        var writer = new WireWriter(payload);
        writer.UInt32(Expect);
        writer.Byte(IsSolo ? (byte)1 : (byte)0);
        return payload;
    }

    /// <summary>Reads the payload; false where it makes no sense.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out SealTerms terms)
    {
        var reader = new WireReader(payload);
        terms = new SealTerms(reader.UInt32(), reader.Byte() == 1);
        return !reader.Failed && reader.AtEnd && terms.Expect >= 1 && (!terms.IsSolo || terms.Expect == 1);
    }

    /// <summary>What is still missing, in words; null where the terms are met.</summary>
    public string? Missing(int members, bool isSettled)
    {
        if (IsSolo && members != 1)
            return $"it is to be sealed alone and sees {members} nodes";
        if (members < Expect)
            return $"{members} of {Expect} nodes are seen";
        return isSettled ? null : "the view has not settled";
    }
}
