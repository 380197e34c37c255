namespace Crux.Node.Confab;

/// <summary>The network can't be opened as asked. The message says what is wrong and what to do.</summary>
public sealed class ConfabException : Exception
{
    /// <summary>A confab that can't be opened.</summary>
    public ConfabException(string message, Exception? inner = null) : base(message, inner)
    {
    }

    /// <summary>A confab that can't be opened.</summary>
    public ConfabException() : this("The network can't be opened.")
    {
    }

    /// <summary>A confab that can't be opened.</summary>
    public ConfabException(string message) : this(message, null)
    {
    }
}
