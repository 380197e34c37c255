namespace Crux.Machines.Trust;

/// <summary>What a trust machine wants done: first what was adopted takes effect and is put on disk, then somebody is asked.</summary>
public sealed class TrustOutbox
{
    /// <summary>The rules that hold from now on; null where nothing changed.</summary>
    public SignedRules? Adopted { get; internal set; }

    /// <summary>Who is to be asked for the rules that an order names; null for nobody.</summary>
    public NodeId? Ask { get; internal set; }

    /// <summary>Forgets what was done.</summary>
    public void Clear() => (Adopted, Ask) = (null, null);
}
