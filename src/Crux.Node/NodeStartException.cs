namespace Crux.Node;

/// <summary>A node can't start as configured. The message says what is wrong and what to do.</summary>
public sealed class NodeStartException : Exception
{
    /// <summary>A start that can't be.</summary>
    public NodeStartException(string message, Exception? cause = null) : base(message, cause)
    {
    }
}
