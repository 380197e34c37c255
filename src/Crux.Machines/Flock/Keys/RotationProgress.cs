using Crux.Machines.Flock.Codec;

namespace Crux.Machines.Flock.Keys;

/// <summary>How far a generation on its way has come.</summary>
/// <param name="Holding">Live members that hold it.</param>
/// <param name="Needed">Live members that have to.</param>
/// <param name="Missing">Some of those that don't yet.</param>
internal sealed record RotationProgress(int Holding, int Needed, IReadOnlyList<NetAddress> Missing)
{
    /// <summary>Of the members that are missing, so many are named.</summary>
    public const int MaxNamed = 16;

    public static RotationProgress None { get; } = new(0, 0, []);

    public void Write(ref WireWriter writer)
    {
        writer.Varint((uint)Holding);
        writer.Varint((uint)Needed);
        writer.Byte((byte)Missing.Count);
        foreach (var address in Missing)
            writer.Address(address);
    }

    public static RotationProgress Read(ref WireReader reader)
    {
        var (holding, needed) = (reader.Varint(), reader.Varint());
        var missing = new List<NetAddress>();
        for (var left = reader.Byte(); left > 0 && !reader.Failed; left--)
        {
            if (missing.Count == MaxNamed)
                reader.Fail();
            missing.Add(reader.Address());
        }
        if (holding > int.MaxValue || needed > int.MaxValue)
            reader.Fail();
        return reader.Failed ? None : new((int)holding, (int)needed, missing);
    }
}
