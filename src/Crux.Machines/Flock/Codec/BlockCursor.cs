using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Codec;

/// <summary>
/// Writes and reads block ids that come in order, as they mostly do: one byte where a block lies near the one before, eight where it lies in the
/// same /64 of IPv6.
/// </summary>
internal struct BlockCursor
{
    /// <summary>A block's id at its longest.</summary>
    public const int MaxBytes = 1 + RecordCodec.MaxBlockBytes;

    private const byte Whole = 0;
    private const byte Same = 1;
    private const byte Beside = byte.MaxValue;

    private BlockId _last;
    private bool _hasBegun;

    public void Write(ref WireWriter writer, BlockId block)
    {
        var form = FormOf(block);
        writer.Byte(form);
        if (form == Whole)
            RecordCodec.WriteBlock(ref writer, block);
        else if (form == Beside)
            RecordCodec.WriteLow(ref writer, block);
        (_last, _hasBegun) = (block, true);
    }

    public BlockId Read(ref WireReader reader)
    {
        var step = reader.Byte();
        if (step == Whole)
            _last = RecordCodec.ReadBlock(ref reader);
        else if (_hasBegun && step == Beside)
            _last = _last with { Low = RecordCodec.ReadLow(ref reader) };
        else if (_hasBegun)
            _last = _last with { Low = _last.Low + step - Same };
        else
            reader.Fail();
        _hasBegun = true;
        return _last;
    }

    /// <summary>About how many bytes ids take that come after one another; what stands at the beginning of a message apart.</summary>
    public static int SizeOf(BlockId? before, BlockId block) => before is not { } last || block.IsV4 || block.Low - last.Low < Beside - Same ? 1 : 1 + RecordCodec.LowBytes;

    private readonly byte FormOf(BlockId block)
    {
        if (!_hasBegun || block.High != _last.High || block.Port != _last.Port)
            return Whole;
        var step = block.Low - _last.Low;
        return step < Beside - Same ? (byte)(Same + step) : block.IsV4 ? Whole : Beside;
    }
}
