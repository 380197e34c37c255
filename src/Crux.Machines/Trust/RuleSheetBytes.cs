using System.Collections.Immutable;
using Crux.Machines.Flock.Codec;

namespace Crux.Machines.Trust;

/// <summary>
/// The rules of a set in bytes, and where each begins: one that comes or goes is cut in or out, and the others are copied and not written
/// anew. Immutable.
/// </summary>
internal sealed class RuleSheetBytes
{
    private readonly byte[] _bytes;
    private readonly int[] _ends;

    private RuleSheetBytes(byte[] bytes, int[] ends) => (_bytes, _ends) = (bytes, ends);

    public ReadOnlyMemory<byte> Bytes => _bytes;

    public static RuleSheetBytes Of(ImmutableArray<TrustRule> rules)
    {
        var (size, ends) = (0, new int[rules.Length]);
        foreach (var rule in rules)
            size += RuleSetCodec.SizeOf(rule);
        var writer = new WireWriter(new byte[size]);
        for (var i = 0; i < rules.Length; i++)
        {
            RuleSetCodec.Write(ref writer, rules[i]);
            ends[i] = writer.Length;
        }
        return new(writer.Written.ToArray(), ends);
    }

    public RuleSheetBytes With(int place, TrustRule rule)
    {
        var writer = new WireWriter(new byte[RuleSetCodec.SizeOf(rule)]);
        RuleSetCodec.Write(ref writer, rule);
        var ends = new int[_ends.Length + 1];
        _ends.AsSpan(..place).CopyTo(ends);
        ends[place] = StartOf(place) + writer.Length;
        for (var i = place; i < _ends.Length; i++)
            ends[i + 1] = _ends[i] + writer.Length;
        return new([.. _bytes.AsSpan(..StartOf(place)), .. writer.Written, .. _bytes.AsSpan(StartOf(place)..)], ends);
    }

    public RuleSheetBytes Without(int place)
    {
        var (start, end) = (StartOf(place), _ends[place]);
        var ends = new int[_ends.Length - 1];
        _ends.AsSpan(..place).CopyTo(ends);
        for (var i = place + 1; i < _ends.Length; i++)
            ends[i - 1] = _ends[i] - (end - start);
        return new([.. _bytes.AsSpan(..start), .. _bytes.AsSpan(end..)], ends);
    }

    private int StartOf(int place) => place == 0 ? 0 : _ends[place - 1];
}
