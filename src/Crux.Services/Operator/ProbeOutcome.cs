namespace Crux.Services.Operator;

/// <summary>What came of asking an address.</summary>
public enum ProbeOutcome
{
    /// <summary>Nothing came back.</summary>
    Silence,

    /// <summary>UDP: a challenge that this node can read. TCP: a connection.</summary>
    Answer,

    /// <summary>UDP: the beacon of another flock of the same secret.</summary>
    Foreign,

    /// <summary>UDP: something that this node can't read.</summary>
    Unreadable,

    /// <summary>The machine says that nothing listens there.</summary>
    Refused,

    /// <summary>The network says that there is no such machine, or no way to it.</summary>
    NoWay,

    /// <summary>This machine's own firewall let nothing out.</summary>
    Forbidden,
}
