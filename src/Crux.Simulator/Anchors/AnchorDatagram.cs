namespace Crux.Simulator.Anchors;

/// <summary>A datagram under way. A duplicate is the same one with two holders.</summary>
internal sealed class AnchorDatagram
{
    public MessageKind Kind { get; private set; }

    public int Sequence { get; private set; }

    /// <summary>Whom an indirect ping is for.</summary>
    public int Target { get; private set; }

    public List<Rumor> Rumors { get; } = [];

    public int Holders { get; set; }

    public AnchorDatagram As(MessageKind kind, int sequence = 0, int target = -1)
    {
        (Kind, Sequence, Target) = (kind, sequence, target);
        return this;
    }

    /// <summary>Its length without headers: a lone message goes as it is, several in a compound.</summary>
    public int Bytes
    {
        get
        {
            var head = MessageSizes.Of(Kind);
            var parts = Rumors.Count + (head > 0 ? 1 : 0);
            foreach (var rumor in Rumors)
                head += MessageSizes.Of(rumor.Kind);
            return parts == 1 ? head : head + MessageSizes.CompoundHead + (parts * MessageSizes.CompoundPart);
        }
    }
}
