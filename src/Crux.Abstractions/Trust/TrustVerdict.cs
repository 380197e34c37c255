namespace Crux;

/// <summary>Whether a call may be made, and whether that was news.</summary>
/// <param name="Ground">What the rules say.</param>
/// <param name="Mode">What holds where they say nothing.</param>
public readonly record struct TrustVerdict(TrustGround Ground, TrustMode Mode)
{
    /// <summary>Whether it may be made.</summary>
    public bool IsPermitted => Ground == TrustGround.Allowed || (Ground == TrustGround.NoRule && Mode is TrustMode.Learn or TrustMode.Warn);

    /// <summary>Whether an operator may want to know: anything but a call that a rule allows.</summary>
    public bool IsNews => Ground != TrustGround.Allowed;
}
