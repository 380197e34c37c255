namespace Crux.Simulator.Anchors;

/// <summary>
/// How long memberlist's messages are: MessagePack maps with the fields' names spelt out, for IPv4 addresses and names of the form
/// <c>10.0.12.34:12345</c>. The packet limit turns these lengths into the rate of spreading, so they matter.
/// </summary>
internal static class MessageSizes
{
    private const int NameBytes = 1 + 16;
    private const int TypeAndMap = 2;
    private const int IncarnationBytes = 12 + 1;
    private const int NodeBytes = 5 + NameBytes;
    private const int AddressBytes = 5 + 5;
    private const int PortBytes = 5 + 3;
    private const int MetaBytes = 5 + 1;
    private const int VersionsBytes = 4 + 7;
    private const int SequenceBytes = 6 + 3;
    private const int SourceBytes = (11 + 5) + (11 + 3) + (11 + NameBytes);

    public const int Alive = TypeAndMap + IncarnationBytes + NodeBytes + AddressBytes + PortBytes + MetaBytes + VersionsBytes;
    public const int SuspectOrDead = TypeAndMap + IncarnationBytes + NodeBytes + 5 + NameBytes;

    /// <summary>One member in an exchange of whole states.</summary>
    public const int StateEntry = 1 + NodeBytes + AddressBytes + PortBytes + MetaBytes + IncarnationBytes + (6 + 1) + VersionsBytes;

    /// <summary>A compound message's own head, and what each part in it costs.</summary>
    public const int CompoundHead = 2, CompoundPart = 2;

    /// <summary>Ethernet, IPv4 and UDP headers of one datagram.</summary>
    public const int UdpHeaders = 14 + 20 + 8;

    /// <summary>Ethernet, IPv4 and TCP headers of one segment, and what fits behind them.</summary>
    public const int TcpHeaders = 14 + 20 + 32, TcpSegment = 1448;

    private const int Ping = TypeAndMap + SequenceBytes + NodeBytes + SourceBytes;
    private const int Ack = TypeAndMap + SequenceBytes + (8 + 1);
    private const int IndirectPing = TypeAndMap + SequenceBytes + (7 + 5) + PortBytes + NodeBytes + (5 + 1) + SourceBytes;
    private const int Nack = TypeAndMap + SequenceBytes;

    public static int Of(RumorKind kind) => kind == RumorKind.Alive ? Alive : SuspectOrDead;

    public static int Of(MessageKind kind) => kind switch
    {
        MessageKind.Ping => Ping,
        MessageKind.Ack => Ack,
        MessageKind.IndirectPing => IndirectPing,
        MessageKind.Nack => Nack,
        _ => 0,
    };

    /// <summary>A TCP stream of so many bytes, one way, with its segments' headers.</summary>
    public static long OnTheWire(long streamBytes) => streamBytes + (((streamBytes / TcpSegment) + 1) * TcpHeaders);
}
