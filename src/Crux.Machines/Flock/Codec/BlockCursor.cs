using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Codec;

/// <summary>Writes and reads block ids that come in order, as they mostly do: one byte where a block lies near the one before.</summary>
internal struct BlockCursor
{
    /// <summary>A block's id at its longest.</summary>
    public const int MaxBytes = 1 + RecordCodec.MaxBlockBytes;

    private const byte Whole = 0;
    private const byte Same = 1;

    private BlockId _last;
    private bool _hasBegun;

    public void Write(ref WireWriter writer, BlockId block)
    {
        var step = block.Low - _last.Low;
        if (_hasBegun && block.High == _last.High && block.Port == _last.Port && step <= byte.MaxValue - Same)
        {
            writer.Byte((byte)(Same + step));
        }
        else
        {
            writer.Byte(Whole);
            RecordCodec.WriteBlock(ref writer, block);
        }
        (_last, _hasBegun) = (block, true);
    }

    public BlockId Read(ref WireReader reader)
    {
        var step = reader.Byte();
        if (step == Whole)
            _last = RecordCodec.ReadBlock(ref reader);
        else if (_hasBegun)
            _last = _last with { Low = _last.Low + step - Same };
        else
            reader.Fail();
        _hasBegun = true;
        return _last;
    }
}
