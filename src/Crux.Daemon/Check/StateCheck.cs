using Crux.Node;

namespace Crux.Daemon.Check;

/// <summary>Whether the node can keep its key.</summary>
internal static class StateCheck
{
    private const string Check = "state";

    public static Finding Look(string directory)
    {
        if (string.IsNullOrWhiteSpace(directory))
            return Finding.Fail(Check, "There is no state directory: give --state DIRECTORY.");
        // The nearest directory that is there already: what is missing beneath it, the node makes.
        var present = Path.GetFullPath(directory);
        while (!Directory.Exists(present) && Path.GetDirectoryName(present) is { } parent)
            present = parent;
        var probe = Path.Combine(present, $".crux-check-{Path.GetRandomFileName()}");
        try
        {
            using (new FileStream(probe, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.DeleteOnClose }))
            {
                // Made and gone again: the directory takes files.
            }
            return CruxNode.FindIdentity(directory) is { } id
                ? Finding.Ok(Check, $"{directory} keeps the key of node {id}.")
                : Finding.Ok(Check, $"{directory} can be written; the node's key is made at the first start.");
        }
        catch (NodeStartException problem)
        {
            return Finding.Fail(Check, problem.Message);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return Finding.Fail(Check, $"{present} can't be written: {problem.Message} Make it writable for the user that runs fulcrum, or give another --state.");
        }
    }
}
